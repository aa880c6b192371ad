package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.testing.GgufWriter;
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
    assertThat(again).isEqualTo(inspection).hasSameHashCodeAs(inspection);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> inspection.metadata().clear());
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> array(inspection, "ints").elements().get(2));
  }

  private static MetadataValue.Array array(ModelInspection inspection, String key) {
    return (MetadataValue.Array) inspection.metadata().get(key);
  }
}
