package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.PackedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InspectCommandTest {

  private final Shell shell = new Shell();

  @Test
  void aModelIsShownWithItsMemoryNeeds() {
    shell.models.findings = List.of("eos 100257 does not end turns; 100265 is used");
    Shell.Result result = shell.run("inspect", "fake.gguf", "-c", "1000");

    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                """
                fake.gguf
                GGUF version 3, 6.84 MiB

                model
                  name                 fake
                  architecture         phi3
                  quantization         Q8_0
                  parameters           6.62 M
                  trained context      64 tokens
                  blocks               6
                  embedding length     256
                  feed-forward length  768
                  heads                8 of length 32, 2 for keys and values
                  rope                 32 dimensions, theta 250000
                  vocabulary           260 tokens
                  chat format          phi4

                memory for a context of 1000 tokens
                  weights, mapped   6.71 MiB
                  KV cache in F32   3.00 MiB, with the weights 9.71 MiB
                  KV cache in F16   1.50 MiB, with the weights 8.21 MiB
                  KV cache in Q8_0  816.00 KiB, with the weights 7.51 MiB

                packed weights
                  state  none; 'phi4 pack' would create 7.25 MiB
                  file   fake.phi4pack

                findings
                  eos 100257 does not end turns; 100265 is used

                metadata
                  general.architecture          phi3
                  phi3.block_count              6
                  phi3.rope.freq_base           250000.0
                  tokenizer.ggml.add_bos_token  false
                  tokenizer.ggml.bos_token_id   256
                  tokenizer.chat_template       line one\\nline two %s…
                  tokenizer.ggml.tokens         STRING[260] "t0", "%s…", "t2", …
                  tokenizer.ggml.token_type     INT32[2] 0, 1

                tensors (3)
                  F32           2      2.00 KiB
                  Q8_0          1      0.10 KiB
                """,
                "x".repeat(81),
                "y".repeat(40)));
  }

  @Test
  void packedWeightsAreShownInAnyState() {
    Path path = Path.of("some.phi4pack");
    shell.models.packed = new PackedFile(path, PackedFile.State.CURRENT, 2 << 20, Optional.empty());
    assertThat(shell.run("inspect", "--packed-folder", "here", "fake.gguf").out())
        .contains("\n  state  in use, 2.00 MiB\n  file   some.phi4pack\n");
    assertThat(shell.models.loadOptions.getFirst().packedFolder()).hasValue(Path.of("here"));

    shell.models.packed =
        new PackedFile(path, PackedFile.State.UNUSABLE, 2 << 20, Optional.of("cut short"));
    assertThat(shell.run("inspect", "fake.gguf").out())
        .contains("  state  not usable: cut short\n");

    shell.models.packed = new PackedFile(path, PackedFile.State.MISSING, 0, Optional.empty());
    assertThat(shell.run("inspect", "fake.gguf").out())
        .contains("  state  no tensor has a packable type\n");
  }

  @Test
  void tensorsAreListedOnDemand() {
    Shell.Result result = shell.run("inspect", "--tensors", "fake.gguf");

    assertThat(result.out())
        .contains("memory for a context of 64 tokens")
        .contains("\n  token_embd.weight       Q8_0     256 x 4096 ")
        .endsWith("1024 bytes at 1152\n");
  }

  @Test
  void jsonHasAllValues() throws IOException {
    Shell.Result result = shell.run("inspect", "--json", "fake.gguf");
    JsonNode node = new ObjectMapper().readTree(result.out());

    assertThat(node.fieldNames())
        .toIterable()
        .containsExactly(
            "files",
            "file_bytes",
            "gguf_version",
            "runnable",
            "refusal",
            "model",
            "memory",
            "packed",
            "findings",
            "metadata",
            "tensor_types",
            "tensors");
    assertThat(node.get("runnable").booleanValue()).isTrue();
    assertThat(node.get("refusal").isNull()).isTrue();
    assertThat(node.get("findings")).isEmpty();
    assertThat(node.at("/model/head_count_kv").intValue()).isEqualTo(2);
    assertThat(node.at("/model/chat_format").textValue()).isEqualTo("phi4");
    assertThat(node.at("/memory/context_length").intValue()).isEqualTo(64);
    assertThat(node.at("/memory/kv_cache_bytes/f32").longValue()).isEqualTo(196_608);
    assertThat(node.at("/memory/kv_cache_bytes/f16").longValue()).isEqualTo(98_304);
    assertThat(node.at("/memory/kv_cache_bytes/q8_0").longValue()).isEqualTo(52_224);
    assertThat(node.at("/packed/state").textValue()).isEqualTo("missing");
    assertThat(node.at("/packed/bytes").longValue()).isEqualTo(7_600_000);
    assertThat(node.at("/metadata/phi3.block_count").longValue()).isEqualTo(6);
    assertThat(node.at("/metadata/tokenizer.ggml.add_bos_token").isBoolean()).isTrue();
    assertThat(node.at("/metadata/tokenizer.chat_template").textValue()).startsWith("line one\n");
    assertThat(node.at("/tensor_types/0/type").textValue()).isEqualTo("F32");
    assertThat(node.at("/tensor_types/0/bytes").longValue()).isEqualTo(2048);
    assertThat(node.at("/tensors/0/shape/1").longValue()).isEqualTo(4096);
  }

  @Test
  void anUnsupportedModelIsShownWithTheReason() throws IOException {
    shell.models.refusal = Optional.of("the architecture is gemma3; phi4j runs phi3 and llama");
    Shell.Result result = shell.run("inspect", "fake.gguf");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains(
            "\nphi4j cannot run this model: the architecture is gemma3; phi4j runs phi3 and"
                + " llama\n")
        .contains("\nmetadata\n")
        .doesNotContain("memory for");
    JsonNode node = new ObjectMapper().readTree(shell.run("inspect", "--json", "fake.gguf").out());
    assertThat(node.get("runnable").booleanValue()).isFalse();
    assertThat(node.get("refusal").textValue()).startsWith("the architecture is gemma3");
    assertThat(node.get("model").isNull()).isTrue();
  }

  @Test
  void aFileCannotControlTheTerminal() {
    shell.models.refusal = Optional.of("the architecture is \u001b[2J");

    assertThat(shell.run("inspect", "fake.gguf").out())
        .contains("the architecture is \\u001b[2J")
        .doesNotContain("\u001b");
  }

  @Test
  void aFileThatCannotBeReadIsAFailure() {
    Shell.Result result = shell.run("inspect", "--json", "missing.gguf");

    assertThat(result)
        .isEqualTo(
            new Shell.Result(
                1, "", "phi4: missing.gguf: found no such file; expected a GGUF file\n"));
  }
}
