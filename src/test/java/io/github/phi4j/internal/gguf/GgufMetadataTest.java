package io.github.phi4j.internal.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.testing.GgufWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class GgufMetadataTest {

  private static final Path FILE = Path.of("model.gguf");

  private static GgufMetadata read(GgufWriter writer) {
    MemorySegment bytes = MemorySegment.ofArray(writer.toBytes()).asReadOnly();
    return new GgufParser(FILE, bytes).parse().metadata();
  }

  private static GgufMetadata sample() {
    return read(
        new GgufWriter()
            .uint32("int", 7)
            .float32("real", 0.5)
            .bool("bool", true)
            .string("text", "hé")
            .strings("texts", List.of("a", "", "ü"))
            .int32s("ints", 4, 4, 4)
            .int32s("different", 4, 5)
            .int32s("none")
            .array("reals", ElementType.FLOAT32, List.of(1.5, 2.5))
            .array("bools", ElementType.BOOL, List.of(true, false)));
  }

  @ParameterizedTest
  @CsvSource({
    "UINT8, 0", "UINT8, 255",
    "INT8, -128", "INT8, 127",
    "UINT16, 65535", "INT16, -32768",
    "UINT32, 4294967295", "INT32, -2147483648",
    "UINT64, 9223372036854775807", "INT64, -9223372036854775808"
  })
  void integersOfAnyWidthAreReadAloneAndInArrays(ElementType type, long value) {
    GgufMetadata metadata =
        read(new GgufWriter().value("k", type, value).array("a", type, List.of(value, 1L, value)));
    assertThat(metadata.integer("k")).hasValue(value);
    assertThat(metadata.number("k")).hasValue((double) value);
    GgufArray array = metadata.integers("a").orElseThrow();
    assertThat(array.type()).isEqualTo(type);
    assertThat(array.length()).isEqualTo(3);
    assertThat(array.integer(0)).isEqualTo(value);
    assertThat(array.integer(1)).isEqualTo(1);
    assertThat(array.integer(2)).isEqualTo(value);
    assertThat(array.number(2)).isEqualTo((double) value);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void realNumbersOfEitherWidthAreReadAloneAndInArrays(ElementType type) {
    GgufMetadata metadata =
        read(
            new GgufWriter()
                .value("k", type, -0.375)
                .array("a", type, List.of(1.5, Double.POSITIVE_INFINITY)));
    assertThat(metadata.number("k")).hasValue(-0.375);
    GgufArray array = (GgufArray) metadata.values().get("a");
    assertThat(array.number(0)).isEqualTo(1.5);
    assertThat(array.number(1)).isInfinite();
    assertThatIllegalStateException().isThrownBy(() -> array.integer(0));
  }

  @ParameterizedTest
  @CsvSource({
    "-9223372036854775808, 9223372036854775808",
    "-9223372036854775807, 9223372036854775808",
    "-9223372036854774783, 9223372036854777856",
    "-1, 18446744073709551616"
  })
  void integersAboveTheRangeOfLongAreNumbersAndNoOtherKeySuffers(long bits, double value) {
    GgufMetadata metadata =
        read(
            new GgufWriter()
                .value("k", ElementType.UINT64, bits)
                .array("a", ElementType.UINT64, List.of(1L, bits))
                .array("same", ElementType.UINT64, List.of(bits, bits))
                .uint32("int", 7));
    assertThat(metadata.integer("int")).hasValue(7);
    assertThat(metadata.number("k")).hasValue(value);
    GgufArray array = metadata.integers("a").orElseThrow();
    assertThat(array.isLong(0)).isTrue();
    assertThat(array.isLong(1)).isFalse();
    assertThat(array.number(0)).isEqualTo(1);
    assertThat(array.number(1)).isEqualTo(value);
    ModelException one = catchThrowableOfType(ModelException.class, () -> metadata.integer("k"));
    assertThat(one.found()).isEqualTo("metadata key k that is the number " + value);
    ModelException same =
        catchThrowableOfType(ModelException.class, () -> metadata.integer("same"));
    assertThat(same.expected()).isEqualTo("the same integer, below 2^63, for all layers");
  }

  @Test
  void anyByteButZeroIsTrue() {
    byte[] bytes =
        RawGguf.header(0, 2)
            .key("one", RawGguf.BOOL)
            .u8(2)
            .key("all", RawGguf.ARRAY)
            .u32(RawGguf.BOOL)
            .u64(3)
            .u8(0)
            .u8(1)
            .u8(255)
            .toBytes();
    GgufMetadata metadata = new GgufParser(FILE, MemorySegment.ofArray(bytes)).parse().metadata();
    assertThat(metadata.bool("one")).contains(true);
    GgufArray all = (GgufArray) metadata.values().get("all");
    assertThat(List.of(all.integer(0), all.integer(1), all.integer(2))).containsExactly(0L, 1L, 1L);
  }

  @Test
  void theOtherTypesAreReadToo() {
    GgufMetadata metadata = sample();
    assertThat(metadata.bool("bool")).contains(true);
    assertThat(metadata.string("text")).contains("hé");
    GgufArray texts = metadata.strings("texts").orElseThrow();
    assertThat(List.of(texts.string(0), texts.string(1), texts.string(2)))
        .containsExactly("a", "", "ü");
    assertThat(texts.strings().starts()).containsExactly(0, 1, 1, 3);
    assertThat(texts.strings().bytes()).startsWith("aü".getBytes(StandardCharsets.UTF_8));
    assertThat(((GgufArray) metadata.values().get("bools")).integer(0)).isEqualTo(1);
    assertThat(metadata.values().keySet())
        .containsExactly(
            "int", "real", "bool", "text", "texts", "ints", "different", "none", "reals", "bools");
  }

  @Test
  void aKeyThatIsMissingGivesNothing() {
    GgufMetadata metadata = sample();
    assertThat(metadata.integer("no")).isEmpty();
    assertThat(metadata.number("no")).isEmpty();
    assertThat(metadata.bool("no")).isEmpty();
    assertThat(metadata.string("no")).isEmpty();
    assertThat(metadata.strings("no")).isEmpty();
    assertThat(metadata.integers("no")).isEmpty();
  }

  @Test
  void anArrayOfEqualIntegersServesAsOne() {
    assertThat(sample().integer("ints")).hasValue(4);
  }

  private static void wrong(Consumer<GgufMetadata> get, String found, String expected) {
    GgufMetadata metadata = sample();
    ModelException e = catchThrowableOfType(ModelException.class, () -> get.accept(metadata));
    assertThat(e).as("%s; %s", found, expected).isNotNull();
    assertThat(e.found()).isEqualTo("metadata key " + found);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.file()).isEqualTo(FILE);
    String key = found.substring(0, found.indexOf(' '));
    assertThat(e.offset()).hasValue(metadata.values().get(key).offset());
  }

  @Test
  void aValueOfTheWrongKindIsRefusedAtItsPlace() {
    wrong(m -> m.integer("text"), "text that is a string", "an integer");
    wrong(m -> m.integer("real"), "real that is the number 0.5", "an integer");
    wrong(m -> m.integer("bool"), "bool that is the bool true", "an integer");
    wrong(
        m -> m.integer("texts"),
        "texts that is an array of 3 elements of type string",
        "an integer");
    wrong(
        m -> m.integer("none"), "none that is an array of 0 elements of type int32", "an integer");
    wrong(
        m -> m.integer("different"),
        "different that is an array of 2 elements of type int32",
        "the same integer, below 2^63, for all layers");
    wrong(m -> m.number("bool"), "bool that is the bool true", "a number");
    wrong(
        m -> m.number("reals"), "reals that is an array of 2 elements of type float32", "a number");
    wrong(m -> m.bool("int"), "int that is the integer 7", "a bool");
    wrong(m -> m.string("int"), "int that is the integer 7", "a string");
    wrong(m -> m.strings("text"), "text that is a string", "an array of strings");
    wrong(
        m -> m.strings("ints"),
        "ints that is an array of 3 elements of type int32",
        "an array of strings");
    wrong(m -> m.integers("int"), "int that is the integer 7", "an array of integers");
    wrong(
        m -> m.integers("reals"),
        "reals that is an array of 2 elements of type float32",
        "an array of integers");
    wrong(
        m -> m.integers("bools"),
        "bools that is an array of 2 elements of type bool",
        "an array of integers");
  }

  @Test
  void aProblemWithAMissingKeyHasNoPlace() {
    ModelException e = sample().problem("no.such", "that is missing", "a number");
    assertThat(e.offset()).isEmpty();
    assertThat(e)
        .hasMessage("model.gguf: found metadata key no.such that is missing; expected a number");
  }

  @Test
  void anElementOutsideOfAnArrayIsRefused() {
    GgufMetadata metadata = sample();
    GgufArray ints = metadata.integers("ints").orElseThrow();
    GgufArray texts = metadata.strings("texts").orElseThrow();
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> ints.integer(3));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> ints.number(-1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> texts.string(3));
    assertThatIllegalStateException()
        .isThrownBy(() -> ints.string(0))
        .withMessage("an array of int32 has no strings");
    assertThatIllegalStateException().isThrownBy(ints::strings);
    assertThatIllegalStateException()
        .isThrownBy(() -> texts.integer(0))
        .withMessage("an array of string has no integers");
    assertThatIllegalStateException().isThrownBy(() -> texts.number(0));
  }

  @Test
  void malformedTextIsReadWithReplacementCharacters(@TempDir Path directory) {
    Path file =
        RawGguf.header(0, 1)
            .key("k", RawGguf.STRING)
            .u64(3)
            .u8('a')
            .u8(0xff)
            .u8('b')
            .write(directory.resolve("text.gguf"));
    try (Arena arena = Arena.ofConfined()) {
      GgufMetadata metadata = GgufFile.open(file, arena).metadata();
      assertThat(metadata.string("k")).contains("a\ufffdb");
      assertThat(((GgufValue.Text) metadata.values().get("k")).bytes().byteSize()).isEqualTo(3);
    }
  }
}
