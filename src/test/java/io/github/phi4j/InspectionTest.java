package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectionTest {

  @TempDir private Path directory;

  @Test
  void metadataHasTheTypesOfTheFileAndOutlivesIt() throws IOException {
    Path file =
        new GgufWriter()
            .string("general.name", "é")
            .uint32("u32", 0xffff_ffffL)
            .value("i8", ElementType.INT8, -3)
            .float32("f32", 0.5)
            .bool("yes", true)
            .strings("words", List.of("a", "", "bc"))
            .int32s("ints", 1, -1)
            .value("u64", ElementType.UINT64, -1L)
            .array("u64s", ElementType.UINT64, List.of(7L, -1L))
            .write(directory.resolve("some.gguf"));
    ModelInspection inspection = Phi4.inspect(file);
    ModelInspection again = Phi4.inspect(file);
    Files.delete(file);

    assertThat(inspection.metadata())
        .containsEntry("general.name", new MetadataValue.Text("é"))
        .containsEntry("u32", new MetadataValue.Int(0xffff_ffffL))
        .containsEntry("i8", new MetadataValue.Int(-3))
        .containsEntry("f32", new MetadataValue.Real(0.5))
        .containsEntry("yes", new MetadataValue.Bool(true));
    assertThat(inspection.metadata().keySet())
        .containsSubsequence("general.name", "u32", "i8", "f32", "yes", "words", "ints");
    assertThat(array(inspection, "words").elementType()).isEqualTo("STRING");
    assertThat(array(inspection, "words").elements())
        .containsExactly(
            new MetadataValue.Text("a"), new MetadataValue.Text(""), new MetadataValue.Text("bc"));
    assertThat(array(inspection, "words")).hasToString("STRING[3]");
    assertThat(array(inspection, "ints").elements())
        .containsExactly(new MetadataValue.Int(1), new MetadataValue.Int(-1));
    assertThat(inspection.metadata())
        .containsEntry("u64", new MetadataValue.Real(0x1p64))
        .containsEntry("u32", new MetadataValue.Int(0xffff_ffffL));
    assertThat(array(inspection, "u64s").elements())
        .containsExactly(new MetadataValue.Int(7), new MetadataValue.Real(0x1p64));
    assertThat(again).isEqualTo(inspection).hasSameHashCodeAs(inspection);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> inspection.metadata().clear());
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> array(inspection, "ints").elements().get(2));
  }

  /** No value of a key that is only displayed, or has no effect, causes a refusal. */
  @Test
  void valuesWithoutEffectOnTextsAreNeverRefused() {
    for (String key :
        List.of(
            "general.name",
            "general.file_type",
            "general.license",
            "phi3.attention.sliding_window",
            "phi3.vocab_size",
            "tokenizer.ggml.padding_token_id",
            "tokenizer.ggml.unknown_token_id",
            "an.unknown.key")) {
      List<GgufWriter> writers =
          List.of(
              model().value(key, ElementType.UINT64, -1L),
              model().uint32(key, 0xffff_ffffL),
              model().value(key, ElementType.INT32, -1),
              model().float32(key, Double.NaN),
              model().bool(key, true),
              model().string(key, "x".repeat(70_000)),
              model().strings(key, List.of("x".repeat(70_000), "")),
              model().array(key, ElementType.UINT64, List.of(1L, -1L)),
              model().int32s(key));
      for (GgufWriter writer : writers) {
        Path file = writer.write(directory.resolve("model.gguf"));
        try (Generator generator = Phi4.load(file)) {
          assertThat(generator.info().architecture()).isEqualTo("phi3");
        }
        assertThat(Phi4.inspect(file).metadata()).containsKey(key);
      }
    }
  }

  private static GgufWriter model() {
    return RandomModel.phi4().writer();
  }

  private static MetadataValue.Array array(ModelInspection inspection, String key) {
    return (MetadataValue.Array) inspection.metadata().get(key);
  }
}
