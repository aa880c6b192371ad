package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with one fault each, and their errors. */
final class WrongModelTest {

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("wrong.gguf");
  }

  /** Reads a model like loading does; returns the repairs. */
  private List<String> load(GgufWriter writer) {
    Path path = writer.write(file());
    List<String> findings = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      GgufFile file = GgufFile.open(path, arena);
      PhiLoader.load(file, PhiConfig.read(file.metadata(), findings::add));
    }
    return findings;
  }

  private ModelException refusal(GgufWriter writer) {
    ModelException e = catchThrowableOfType(ModelException.class, () -> load(writer));
    assertThat(e).as("a refusal").isNotNull();
    assertThat(e.file()).isEqualTo(file());
    assertThat(e).hasMessageContaining(file().toString()).hasMessageContaining("; expected ");
    return e;
  }

  private void assertTensorRefused(GgufWriter writer, String found, String expected) {
    ModelException e = refusal(writer);
    assertThat(e.found()).isEqualTo(found);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.offset()).isPresent();
  }

  private void assertKeyRefused(GgufWriter writer, String key, String found, String expected) {
    ModelException e = refusal(writer);
    assertThat(e.found()).isEqualTo("metadata key " + key + " " + found);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.offset().isPresent()).isEqualTo(!found.equals("that is missing"));
  }

  private static GgufWriter writer() {
    return RandomModel.phi4().writer();
  }

  @ParameterizedTest
  @EnumSource
  void validFilesAreNotRefused(RandomModel.Layout layout) {
    assertThat(load(RandomModel.phi4().layout(layout).writer())).isEmpty();
    assertThat(load(RandomModel.mini().writer())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          token_embd.weight        | [128, 352]
          output_norm.weight       | [128]
          blk.0.attn_norm.weight   | [128]
          blk.1.attn_output.weight | [128, 128]
          blk.1.ffn_norm.weight    | [128]
          blk.0.ffn_up.weight      | [128, 320]
          blk.1.ffn_down.weight    | [160, 128]
          """)
  void aMissingTensorIsNamedWithItsShape(String tensor, String shape) {
    ModelException e = refusal(writer().withoutTensor(tensor));

    assertThat(e.found()).isEqualTo("no tensor " + tensor);
    assertThat(e.expected())
        .isEqualTo(
            "one of shape " + shape + "; the file may be incomplete or of another architecture");
    assertThat(e.offset()).isEmpty();
  }

  @Test
  void withoutAQueryProjectionTheSplitOneIsNamed() {
    assertThat(refusal(writer().withoutTensor("blk.0.attn_qkv.weight")).found())
        .isEqualTo("no tensor blk.0.attn_q.weight");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          blk.0.attn_qkv.weight | 128 | 255 | [128, 256] | the hyper-parameters
          blk.0.attn_qkv.weight | 256 | 128 | [128, 256] | the hyper-parameters
          blk.1.ffn_down.weight | 128 | 160 | [160, 128] | the hyper-parameters
          token_embd.weight     | 128 | 351 | [128, 352] | the vocabulary of 352 tokens
          output.weight         | 128 | 353 | [128, 352] | the vocabulary of 352 tokens
          """)
  void aTensorOfAnotherShapeIsRefused(
      String tensor, int columns, int rows, String expected, String reason) {
    assertTensorRefused(
        writer().tensor(tensor, new float[columns * rows], columns, rows),
        String.format(Locale.ROOT, "tensor %s with the shape [%d, %d]", tensor, columns, rows),
        expected + ", to agree with " + reason);
  }

  @Test
  void aVocabularyAndAnEmbeddingOfDifferentSizesAreRefused() {
    GgufWriter writer = writer();
    writer.strings("tokenizer.ggml.tokens", Collections.nCopies(351, "x"));

    assertTensorRefused(
        writer,
        "tensor token_embd.weight with the shape [128, 352]",
        "[128, 351], to agree with the vocabulary of 351 tokens");
  }

  @Test
  void aNormOrFactorsOfAnotherShapeAreRefused() {
    assertTensorRefused(
        writer().tensor("output_norm.weight", new float[128], 64, 2),
        "tensor output_norm.weight with the shape [64, 2]",
        "[128], to agree with the hyper-parameters");
    assertTensorRefused(
        RandomModel.mini().writer().tensor("rope_factors_long.weight", new float[16], 16),
        "tensor rope_factors_long.weight with the shape [16]",
        "[12], to agree with the hyper-parameters");
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void ropeFactorsMustBePositiveNumbers(float factor) {
    float[] factors = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, factor, 1};

    assertTensorRefused(
        RandomModel.mini().writer().tensor("rope_factors_short.weight", factors, 12),
        "tensor rope_factors_short.weight with the factor " + factor,
        "positive numbers");
  }

  @ParameterizedTest
  @CsvSource({"IQ2_XXS, 66", "IQ3_S, 110", "TQ1_0, 54", "Q8_K, 292", "F64, 2048"})
  void anUnsupportedTypeIsNamedWithItsTensor(GgmlType type, int bytesPerRow) {
    GgufWriter writer = RandomModel.phi4().heads(8, 2, 32).writer();
    writer.tensor("blk.1.attn_output.weight", type, new byte[256 * bytesPerRow], 256, 256);

    assertTensorRefused(
        writer,
        "tensor blk.1.attn_output.weight with the type " + type,
        "one of F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS;"
            + " use a file with another quantization");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blk.2.attn_norm.weight",
        "blk.0.attn_qkv.bias",
        "blk.0.ffn_gate_inp.weight",
        "rope_freqs.weight",
        "blk.0.attn_q.weight"
      })
  void aTensorThatWouldBeIgnoredIsRefused(String tensor) {
    assertTensorRefused(
        writer().tensor(tensor, new float[128], 128),
        "tensor " + tensor + ", which no Phi-4 model has",
        "the tensors of a Phi-4 model; this file is of another kind");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          embedding_length         | 0          | 1 to 1048576
          embedding_length         | 1048577    | 1 to 1048576
          feed_forward_length      | 0          | 1 to 1048576
          block_count              | 0          | 1 to 1024
          block_count              | 1025       | 1 to 1024
          context_length           | 0          | 1 to 16777216
          context_length           | 16777217   | 1 to 16777216
          context_length           | 4294967295 | 1 to 16777216
          attention.head_count     | 0          | 1 to 128
          attention.head_count     | 5          | a divisor of the embedding length 128
          attention.head_count_kv  | 0          | 1 to 4
          attention.head_count_kv  | 3          | a divisor of the head count 4
          attention.head_count_kv  | 8          | 1 to 4
          attention.key_length     | 64         | 32, the embedding length over the heads
          attention.value_length   | 16         | 32, the embedding length over the heads
          rope.dimension_count     | 34         | 2 to 32
          rope.dimension_count     | 0          | 2 to 32
          rope.dimension_count     | 31         | an even number
          rope.scaling.original_context_length | 0 | 1 to 16777216
          """)
  void anImpossibleIntegerIsRefused(String name, long value, String expected) {
    String key = "phi3." + name;
    assertKeyRefused(writer().uint32(key, value), key, "that is " + value, expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rope.freq_base",
        "rope.scaling.attn_factor",
        "attention.layer_norm_rms_epsilon",
      })
  void aNumberThatIsNotPositiveAndFiniteIsRefused(String name) {
    String key = "phi3." + name;
    for (double value : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertKeyRefused(
          writer().float32(key, value), key, "that is " + (float) value, "a positive number");
    }
    assertKeyRefused(
        writer().value(key, ElementType.FLOAT64, 1e-60), key, "that is 0.0", "a positive number");
  }

  @ParameterizedTest
  @CsvSource({
    "embedding_length, an integer",
    "feed_forward_length, an integer",
    "block_count, an integer",
    "context_length, an integer",
    "attention.head_count, an integer",
    "attention.layer_norm_rms_epsilon, a number",
  })
  void aMissingHyperParameterIsNamed(String name, String expected) {
    String key = "phi3." + name;
    assertKeyRefused(writer().without(key), key, "that is missing", expected);
  }

  @Test
  void aValueOfAnotherKindIsRefused() {
    assertKeyRefused(
        writer().string("phi3.block_count", "2"),
        "phi3.block_count",
        "that is a string",
        "an integer");
    assertKeyRefused(
        writer().float32("phi3.block_count", 2),
        "phi3.block_count",
        "that is the number 2.0",
        "an integer");
    assertKeyRefused(
        writer().bool("phi3.rope.freq_base", true),
        "phi3.rope.freq_base",
        "that is the bool true",
        "a number");
    assertKeyRefused(
        writer().uint32("tokenizer.ggml.tokens", 352),
        "tokenizer.ggml.tokens",
        "that is the integer 352",
        "an array of strings");
    assertKeyRefused(
        writer().without("tokenizer.ggml.tokens"),
        "tokenizer.ggml.tokens",
        "that is missing",
        "the vocabulary");
    assertKeyRefused(
        writer().strings("tokenizer.ggml.tokens", List.of()),
        "tokenizer.ggml.tokens",
        "of 0 tokens",
        "1 to 1048576");
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64"})
  void integersMayHaveAnyWidth(ElementType type) {
    GgufWriter writer = writer();
    for (String name : List.of("block_count 2", "attention.head_count 4", "rope.freq_base 100")) {
      String[] words = name.split(" ", -1);
      writer.value("phi3." + words[0], type, Integer.parseInt(words[1]));
    }
    assertThat(load(writer)).isEmpty();
  }

  @Test
  void numbersMayBeDoubles() {
    assertThat(load(writer().value("phi3.rope.freq_base", ElementType.FLOAT64, 250_000.0)))
        .isEmpty();
  }

  @Test
  void perLayerArraysAreAcceptedIfAllLayersAgree() {
    assertThat(
            load(
                writer()
                    .int32s("phi3.attention.head_count", 4, 4)
                    .int32s("phi3.attention.head_count_kv", 2, 2)
                    .int32s("phi3.feed_forward_length", 160, 160)))
        .isEmpty();
    assertKeyRefused(
        writer().int32s("phi3.attention.head_count_kv", 2, 4),
        "phi3.attention.head_count_kv",
        "that is an array of 2 elements of type int32",
        "the same integer, below 2^63, for all layers");
    assertKeyRefused(
        writer().int32s("phi3.attention.head_count_kv", 3, 3),
        "phi3.attention.head_count_kv",
        "that is 3",
        "a divisor of the head count 4");
    assertKeyRefused(
        writer().int32s("phi3.attention.head_count_kv"),
        "phi3.attention.head_count_kv",
        "that is an array of 0 elements of type int32",
        "an integer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          phimoe    | that is phimoe, a Phi-3.5 mixture-of-experts model
          phi2      | that is phi2, a Phi-1.5 or Phi-2 model
          phi4flash | that is phi4flash, phi-4-mini-flash-reasoning with its state-space layers
          qwen2     | that is qwen2, a foreign model
          gemma3    | that is gemma3, a foreign model
          """)
  void aForeignArchitectureIsNamed(String architecture, String found) {
    ModelException e = refusal(writer().string("general.architecture", architecture));

    assertThat(e.found()).isEqualTo("metadata key general.architecture " + found);
    assertThat(e.expected()).contains("phi3", "phi-4-reasoning", "phi-4-mini", "llama");
  }

  @Test
  void aFileWithoutArchitectureIsRefused() {
    ModelException e = refusal(writer().without("general.architecture"));

    assertThat(e.found()).isEqualTo("metadata key general.architecture that is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "linear", "longrope", "yarn"})
  void ropeScalingOfFactorOneIsNone(String type) {
    assertThat(load(writer().string("phi3.rope.scaling.type", type))).isEmpty();
    for (double factor : new double[] {0, 1}) {
      assertThat(
              load(
                  writer()
                      .string("phi3.rope.scaling.type", type)
                      .float32("phi3.rope.scaling.factor", factor)))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "dynamic", ""})
  void anotherKindOfRopeScalingIsRefused(String type) {
    assertKeyRefused(
        writer().string("phi3.rope.scaling.type", type).float32("phi3.rope.scaling.factor", 4),
        "phi3.rope.scaling.type",
        "that is " + type,
        "one of \"none\" \"linear\" \"longrope\"");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void anImpossibleScalingFactorIsRefused(double factor) {
    for (String name : List.of("rope.scaling.factor", "rope.scale_linear")) {
      assertKeyRefused(
          writer().float32("phi3." + name, factor),
          "phi3." + name,
          "that is " + factor,
          "a positive number");
    }
  }

  @Test
  void keysOfUnsupportedFeaturesAreRefusedByName() {
    assertKeyRefused(
        writer().float32("phi3.rope.scaling.yarn_ext_factor", 1),
        "phi3.rope.scaling.yarn_ext_factor",
        "that is 1.0",
        "0; YaRN is not supported");
    assertKeyRefused(
        writer().float32("phi3.rope.scaling.yarn_attn_factor", 0.5),
        "phi3.rope.scaling.yarn_attn_factor",
        "that is 0.5",
        "1; YaRN is not supported");
    assertKeyRefused(
        writer().uint32("phi3.expert_count", 16),
        "phi3.expert_count",
        "that is 16",
        "0; mixtures of experts are not supported");
    assertThat(load(writer().uint32("phi3.expert_count", 0))).isEmpty();
  }

  @Test
  void asManyKeyValueHeadsAsHeadsIsTheDefault() {
    GgufWriter writer = RandomModel.phi4().heads(2, 2, 32).writer();
    assertThat(load(writer.without("phi3.attention.head_count_kv"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void trailingExtentsOfOneAreIgnored(RandomModel.Layout layout) {
    GgufWriter writer = RandomModel.phi4().layout(layout).writer();
    for (String name : writer.tensorNames()) {
      writer.extend(name, 1);
    }
    assertThat(load(writer)).isEmpty();
    assertThat(load(writer.extend("output_norm.weight", 1))).isEmpty();
    ModelException e = refusal(writer.extend("blk.0.ffn_norm.weight", 2));
    assertThat(e.found()).contains("blk.0.ffn_norm.weight");
  }

  @Test
  void withoutScalingFactorsHaveNoEffect() {
    for (double factor : new double[] {4, -1, Double.NaN}) {
      GgufWriter writer =
          writer()
              .string("phi3.rope.scaling.type", "none")
              .float32("phi3.rope.scaling.factor", factor);
      assertThat(load(writer)).isEmpty();
    }
  }

  @Test
  void aSlidingWindowWithinTheContextIsReportedAndIgnored() {
    assertThat(load(writer().uint32("phi3.attention.sliding_window", 100)))
        .singleElement()
        .asString()
        .contains("sliding window of 100 tokens");
    assertThat(load(writer().uint32("phi3.attention.sliding_window", 256))).isEmpty();
    assertThat(load(writer().uint32("phi3.attention.sliding_window", 0xffff_ffffL))).isEmpty();
    assertThat(load(writer().without("phi3.attention.sliding_window"))).isEmpty();
  }
}
