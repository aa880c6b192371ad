package io.github.phi4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.gguf.GgufFile;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GgufWriterTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"2, 32", "3, 32", "3, 1", "3, 256"})
  void writtenValuesAreRead(int version, int alignment) {
    Path file =
        new GgufWriter()
            .version(version)
            .alignment(alignment)
            .string("name", "é")
            .uint32("u32", 0xffff_ffffL)
            .value("i8", ElementType.INT8, -3)
            .value("u64", ElementType.UINT64, Long.MAX_VALUE)
            .float32("f32", 0.5)
            .value("f64", ElementType.FLOAT64, 1e-300)
            .bool("yes", true)
            .strings("words", List.of("a", "", "bc"))
            .int32s("ints", 1, -1)
            .tensor("t", GgmlType.I8, new byte[] {1, 2, 3}, 3)
            .tensor("m", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
            .write(directory.resolve("written.gguf"));
    try (Arena arena = Arena.ofConfined()) {
      GgufFile read = GgufFile.open(file, arena);
      assertThat(read.version()).isEqualTo(version);
      assertThat(read.metadata().string("name")).contains("é");
      assertThat(read.metadata().integer("u32")).hasValue(0xffff_ffffL);
      assertThat(read.metadata().integer("i8")).hasValue(-3);
      assertThat(read.metadata().integer("u64")).hasValue(Long.MAX_VALUE);
      assertThat(read.metadata().number("f32")).hasValue(0.5);
      assertThat(read.metadata().number("f64")).hasValue(1e-300);
      assertThat(read.metadata().bool("yes")).contains(true);
      assertThat(read.metadata().strings("words").orElseThrow().string(2)).isEqualTo("bc");
      assertThat(read.metadata().integers("ints").orElseThrow().integer(1)).isEqualTo(-1);
      assertThat(read.tensors().keySet()).containsExactly("t", "m");
      assertThat(read.tensors().get("m").shape()).containsExactly(3L, 2L);
      assertThat(read.tensors().get("m").data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 20))
          .isEqualTo(6f);
      assertThat(read.tensors().get("m").offset() % alignment).isZero();
    }
  }

  @Test
  void settingAgainReplacesAndWithoutRemoves() throws Exception {
    GgufWriter writer =
        new GgufWriter().string("a", "1").string("a", "2").string("b", "3").without("b");
    writer.tensor("t", new float[1], 1).withoutTensor("t");
    Path file = writer.write(directory.resolve("written.gguf"));
    assertThat(Files.readAllBytes(file)).isEqualTo(writer.toBytes());
    try (Arena arena = Arena.ofConfined()) {
      GgufFile read = GgufFile.open(file, arena);
      assertThat(read.metadata().values()).containsOnlyKeys("a");
      assertThat(read.metadata().string("a")).contains("2");
      assertThat(read.tensors()).isEmpty();
    }
  }
}
