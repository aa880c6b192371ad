package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The errors of files that cannot be loaded. */
final class BadFileTest {

  /** The number of weights of {@link RandomModel#phi4()}. */
  private static final int WEIGHTS =
      2 * 352 * 128 + 128 + 2 * (2 * 128 + 256 * 128 + 128 * 128 + 3 * 160 * 128);

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("bad.gguf");
  }

  private Path write(byte[] bytes) {
    try {
      return Files.write(file(), bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static GgufWriter sound() {
    return RandomModel.phi4().writer();
  }

  private static ModelException refusal(Path file) {
    ModelException e = catchThrowableOfType(ModelException.class, () -> Phi4.load(file).close());
    assertThat(e).as("a refusal").isNotNull();
    assertThat(e.file()).isEqualTo(file);
    assertThat(e)
        .hasMessage(
            file
                + (e.offset().isPresent() ? " at byte " + e.offset().getAsLong() : "")
                + ": found "
                + e.found()
                + "; expected "
                + e.expected());
    return e;
  }

  private ModelException refusal(GgufWriter writer) {
    return refusal(writer.write(file()));
  }

  @Test
  void aSoundFileLoadsAndInspects() {
    Path file = sound().write(file());
    try (Generator generator = Phi4.load(file)) {
      assertThat(generator.info().findings()).isEmpty();
    }
    ModelInspection inspection = Phi4.inspect(file);
    assertThat(inspection.model()).isPresent();
    assertThat(inspection.refusal()).isEmpty();
    assertThat(inspection.files()).containsExactly(file);
  }

  @Test
  void aMissingFile() {
    assertThatThrownBy(() -> Phi4.load(file()))
        .isInstanceOf(FileException.class)
        .hasMessageContaining(file() + ": found no such file; expected");
    assertThatThrownBy(() -> Phi4.inspect(file()))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void aDirectory() {
    assertThatThrownBy(() -> Phi4.load(directory))
        .isInstanceOf(FileException.class)
        .hasMessageContaining(directory + ": found a directory; expected");
  }

  @Test
  void anEmptyFile() {
    assertThat(refusal(write(new byte[0])).found()).isEqualTo("an empty file");
  }

  @Test
  void aFileOfAnotherKind() {
    ModelException e = refusal(write("PK\3\4 not a model".getBytes(StandardCharsets.US_ASCII)));

    assertThat(e.found()).contains("a ZIP archive");
    assertThat(e.expected()).contains("a GGUF model");
    assertThat(e.offset()).hasValue(0);
  }

  @Test
  void aBigEndianFile() {
    byte[] bytes = sound().toBytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN).putInt(4, 3);

    assertThat(refusal(write(bytes)).found()).contains("big-endian");
  }

  @Test
  void versionsOfThePastAndOfTheFuture() {
    for (int version : new int[] {1, 4, 99}) {
      ModelException e = refusal(sound().version(version));

      assertThat(e.found()).contains("version " + version);
      assertThat(e.expected()).contains("2 or 3");
    }
  }

  @Test
  void aTruncatedHeader() {
    byte[] bytes = sound().toBytes();
    int header = bytes.length - WEIGHTS * Float.BYTES;
    for (int length = 1; length < header; length += 1 + length / 40) {
      ModelException e = refusal(write(Arrays.copyOf(bytes, length)));

      assertThat(e.offset()).as("place in a file of %d bytes", length).isPresent();
      assertThat(e.offset().getAsLong()).isLessThanOrEqualTo(length);
    }
  }

  @Test
  void truncatedTensorData() {
    byte[] bytes = sound().toBytes();
    for (int missing : new int[] {1, 4096, bytes.length / 2}) {
      ModelException e = refusal(write(Arrays.copyOf(bytes, bytes.length - missing)));

      assertThat(e.found()).contains("tensor ");
      assertThat(e.expected()).contains("cut short").contains("download it again");
    }
  }

  @Test
  void anUnknownType() {
    ModelException e = refusal(sound().tensor("blk.0.attn_norm.weight", 77, new byte[512], 128));

    assertThat(e.found()).contains("blk.0.attn_norm.weight", "unknown type 77");
  }

  @Test
  void aKnownTypeWithoutKernels() {
    ModelException e =
        refusal(
            RandomModel.phi4()
                .heads(8, 2, 32)
                .writer()
                .tensor(
                    "blk.0.attn_output.weight", GgmlType.IQ2_XXS, new byte[256 * 66], 256, 256));

    assertThat(e.found()).contains("blk.0.attn_output.weight", "IQ2_XXS");
    assertThat(e.expected()).contains("Q4_K");
  }

  @Test
  void aWrongShape() {
    ModelException e =
        refusal(sound().tensor("blk.0.attn_output.weight", new float[128 * 64], 64, 128));

    assertThat(e.found()).contains("blk.0.attn_output.weight", "[64, 128]");
    assertThat(e.expected()).contains("[128, 128]");
  }

  @Test
  void aMissingTensor() {
    assertThat(refusal(sound().withoutTensor("blk.1.ffn_down.weight")).found())
        .contains("no tensor blk.1.ffn_down.weight");
  }

  @Test
  void aVocabularyThatDoesNotFitTheEmbedding() {
    ModelException e = refusal(sound().tensor("token_embd.weight", new float[360 * 128], 128, 360));

    assertThat(e.found()).contains("token_embd.weight", "[128, 360]");
    assertThat(e.expected()).contains("vocabulary of 352 tokens");
  }

  @Test
  void aForeignModel() {
    assertThat(refusal(sound().string("general.architecture", "qwen3")).found()).contains("qwen3");
    assertThat(refusal(sound().string("tokenizer.ggml.model", "llama")).found())
        .contains("SentencePiece");
  }

  @Test
  void aLlamaThatIsNotPhi() {
    ModelException e = refusal(RandomModel.mini().layout(RandomModel.Layout.LLAMA).writer());

    assertThat(e.found()).contains("general.architecture", "llama");
    assertThat(e.expected()).contains("Phi-4");
  }

  @Test
  void unloadableFilesCanBeInspected() {
    ModelInspection inspection =
        Phi4.inspect(sound().string("general.architecture", "qwen3").write(file()));

    assertThat(inspection.model()).isEmpty();
    assertThat(inspection.refusal()).hasValueSatisfying(why -> assertThat(why).contains("qwen3"));
    assertThat(inspection.metadata())
        .containsEntry("general.architecture", new MetadataValue.Text("qwen3"));
    assertThat(inspection.tensors()).hasSize(2 + 1 + 2 * 6);
  }

  @Test
  void aContextBeyondTheTrainedLength() {
    Path file = sound().write(file());
    LoadOptions options = LoadOptions.builder().contextLength(257).build();

    assertThatThrownBy(() -> Phi4.load(file, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("257")
        .hasMessageContaining("256");
  }

  @Test
  void optionsOutOfRange() {
    assertThatThrownBy(() -> LoadOptions.builder().threads(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads");
    assertThatThrownBy(() -> LoadOptions.builder().threads(1025).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LoadOptions.builder().contextLength(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("context length");
  }

  @Test
  void aFailedLoadLeaksNothing() throws IOException {
    Path file = sound().withoutTensor("output_norm.weight").write(file());
    long threads = workers();
    for (int i = 0; i < 20; i++) {
      refusal(file);
    }
    assertThat(workers()).isEqualTo(threads);
    Files.delete(file); // fails on systems that lock mapped files
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("phi4j-"))
        .count();
  }
}
