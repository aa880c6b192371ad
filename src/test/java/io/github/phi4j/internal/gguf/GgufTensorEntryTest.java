package io.github.phi4j.internal.gguf;

import static io.github.phi4j.internal.gguf.RawGguf.UINT32;
import static io.github.phi4j.internal.gguf.RawGguf.header;
import static io.github.phi4j.internal.gguf.Refusal.parse;
import static io.github.phi4j.internal.gguf.Refusal.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each rule for tensor entries, violated: the exception has the position, the found and the
 * expected value.
 */
final class GgufTensorEntryTest {

  private static final int F32 = 0;
  private static final int I8 = 24;
  private static final int Q4_0 = 2;
  private static final int FIRST = 24; // byte of the first field after the counts

  // ---- alignment

  @ParameterizedTest
  @ValueSource(longs = {0, 24, 3, 1 << 21, 0xffff_ffffL, 1L << 31})
  void anAlignmentThatIsNotAPowerOfTwoOrTooLargeIsRefused(long alignment) {
    refused(
        header(0, 1).key("general.alignment", UINT32).u32(alignment),
        FIRST + 29,
        "metadata key general.alignment that is " + alignment,
        "a power of two, at most 1048576");
  }

  @ParameterizedTest
  @CsvSource({"5, int32", "10, uint64", "8, string", "9, array", "6, float32", "7, bool"})
  void anAlignmentOfAnotherTypeIsRefused(int type, String name) {
    refused(
        header(0, 1).key("general.alignment", type).u64(32).zeros(40),
        FIRST + 25,
        "metadata key general.alignment of type " + name,
        "type uint32");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 32, 64, 4096})
  void anyOtherPowerOfTwoIsAnAlignment(int alignment) {
    RawGguf raw = header(2, 1).key("general.alignment", UINT32).u32(alignment);
    raw.tensor("a", I8, 0, 1).tensor("b", I8, alignment, 1).align(alignment);
    int start = raw.position();
    raw.u8(5).align(alignment).u8(6);
    GgufParser.Part part = parse(raw);
    assertThat(part.tensors())
        .extracting(GgufTensor::offset)
        .containsExactly((long) start, (long) start + alignment);
    assertThat(part.tensors().get(1).data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(6);
  }

  // ---- tensor names

  @Test
  void tensorNamesAreNotEmptyAndOfAtMost64Bytes() {
    refused(
        header(1, 0).tensor("", F32, 0, 1).zeros(64),
        FIRST,
        "an empty name of tensor 1 of 1",
        "a name");
    refused(
        header(1, 0).tensor("n".repeat(65), F32, 0, 1).zeros(64),
        FIRST,
        "the name of tensor 1 of 1 of 65 bytes",
        "at most 64 bytes");
    RawGguf longest = header(1, 0).tensor("n".repeat(64), F32, 0, 1).align(32).u32(0);
    assertThat(parse(longest).tensors()).hasSize(1);
  }

  @Test
  void duplicateTensorsAreRefused() {
    RawGguf raw = header(2, 0).tensor("t", F32, 0, 1);
    int at = raw.position();
    refused(
        raw.tensor("t", F32, 32, 1).align(32).zeros(64),
        at,
        "tensor t a second time",
        "each name once");
  }

  // ---- shapes

  @ParameterizedTest
  @ValueSource(longs = {0, 5, 0xffff_ffffL, 0x8000_0000L})
  void aTensorHasOneToFourDimensions(long dimensions) {
    refused(
        header(1, 0).string("t").u32(dimensions).zeros(64),
        FIRST + 9,
        "tensor t with " + dimensions + " dimensions",
        "1 to 4");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void extentsAreAtLeastOne(long extent) {
    refused(
        header(1, 0).tensor("t", F32, 0, 4, extent).zeros(64),
        FIRST + 21,
        "tensor t with an extent of " + Long.toUnsignedString(extent),
        "at least 1 and less than 2^63");
  }

  @ParameterizedTest
  @CsvSource({
    // the product of the extents wraps to −2, 0, 0, −2^63, 2^62 and 1
    "24, 9223372036854775807, 2, 1, 1",
    "24, 4294967296, 4294967296, 1, 1",
    "24, 65536, 65536, 65536, 65536",
    "24, 2147483648, 2147483648, 2, 1",
    "24, 4611686018427387904, 5, 1, 1",
    "24, 3, 12297829382473034411, 1, 1",
    "0, 9223372036854775807, 2, 1, 1",
    // the elements fit, but their bytes do not
    "0, 4611686018427387904, 1, 1, 1",
    "0, 2147483648, 1073741824, 1, 1",
    "27, 1152921504606846976, 1, 1, 1",
    // the bytes fit, but the elements do not
    "2, 9223372036854775776, 1, 1, 2"
  })
  void sizesThatOverflowAreRefused(int type, String e0, String e1, String e2, String e3) {
    long[] shape = {
      Long.parseUnsignedLong(e0),
      Long.parseUnsignedLong(e1),
      Long.parseUnsignedLong(e2),
      Long.parseUnsignedLong(e3)
    };
    RawGguf raw = header(1, 0).tensor("t", type, 0, shape).zeros(64);
    if (shape[1] < 0) {
      refused(raw, FIRST + 21, "tensor t with an extent of " + e1, "at least 1 and less than 2^63");
      return;
    }
    refused(
        raw,
        FIRST + 9,
        String.format(
            Locale.ROOT,
            "tensor t of shape [%s, %s, %s, %s] and type %s",
            e0,
            e1,
            e2,
            e3,
            GgmlType.of(type).orElseThrow()),
        "fewer than 2^63 elements and bytes");
  }

  @Test
  void theLargestSizeThatDoesNotOverflowIsComparedWithTheFile() {
    RawGguf raw = header(1, 0).tensor("t", I8, 0, Long.MAX_VALUE);
    int at = raw.position() - 8;
    refused(
        raw.align(32).zeros(64),
        at,
        "tensor t of 9223372036854775807 bytes at offset 0 of the tensor data",
        "it to end within the 64 bytes of tensor data in the file, which seems to be cut short:"
            + " copy or download it again");
  }

  // ---- tensor types

  @ParameterizedTest
  @CsvSource({
    "42, the unknown type 42", "-1, the unknown type -1", "2147483647, the unknown type 2147483647",
    "4, the type Q4_2", "33, the type Q4_0_8_8", "40, the type NVFP4"
  })
  void unknownTypesAreRefusedWithTheTensor(int type, String name) {
    RawGguf raw = header(1, 0).tensor("blk.0.attn", type, 0, 32);
    int at = raw.position() - 12;
    refused(
        raw.zeros(64),
        at,
        "tensor blk.0.attn of " + name,
        "a type that can be read; convert the model to another type");
  }

  @Test
  void rowsAreWholeBlocks() {
    refused(
        header(1, 0).tensor("t", Q4_0, 0, 33, 32).zeros(64),
        FIRST + 9,
        "tensor t of type Q4_0 with rows of 33 elements",
        "a multiple of 32, the block length of Q4_0");
  }

  // ---- tensor data

  @ParameterizedTest
  @ValueSource(longs = {1, 31, 33, -32, -1, Long.MIN_VALUE})
  void offsetsAreMultiplesOfTheAlignment(long offset) {
    RawGguf raw = header(1, 0).tensor("t", F32, offset, 1);
    refused(
        raw.align(32).zeros(64),
        header(1, 0).tensor("t", F32, offset, 1).position() - 8,
        "tensor t at offset " + Long.toUnsignedString(offset),
        "a multiple of the alignment 32 inside the file");
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 96, 1L << 40, Long.MAX_VALUE - 31})
  void dataAfterTheEndOfTheFileIsRefused(long offset) {
    RawGguf raw = header(1, 0).tensor("t", F32, offset, 1);
    int at = raw.position() - 8;
    refused(
        raw.align(32).zeros(64),
        at,
        "tensor t of 4 bytes at offset " + offset + " of the tensor data",
        "it to end within the 64 bytes of tensor data in the file, which seems to be cut short:"
            + " copy or download it again");
  }

  @Test
  void dataThatIsOneByteShortIsRefused() {
    RawGguf raw = header(1, 0).tensor("t", Q4_0, 32, 64);
    int at = raw.position() - 8;
    raw.align(32).zeros(32 + 35);
    refused(
        raw,
        at,
        "tensor t of 36 bytes at offset 32 of the tensor data",
        "it to end within the 67 bytes of tensor data in the file, which seems to be cut short:"
            + " copy or download it again");
    assertThat(parse(raw.u8(7)).tensors().getFirst().data().byteSize()).isEqualTo(36);
  }

  @Test
  void aFileThatEndsBeforeItsTensorDataIsRefused() {
    RawGguf raw = header(1, 0).tensor("t", F32, 0, 1);
    assertThat(raw.position() % 32).isNotZero();
    refused(
        raw,
        raw.position(),
        "the end of the file",
        "tensor data from byte 64 on; the file seems to be cut short: copy or download it again");
  }

  @Test
  void tensorsThatShareBytesAreRefused() {
    RawGguf raw = header(3, 0).tensor("a", F32, 32, 8).tensor("b", F32, 64, 8);
    raw.tensor("c", F32, 0, 9);
    int at = header(1, 0).tensor("a", F32, 32, 8).position() - 8;
    refused(
        raw.align(32).zeros(96),
        at,
        "tensor a that overlaps tensor c",
        "tensors that share no bytes");
  }

  @Test
  void tensorsMayBeInAnyOrderAndWithGaps() {
    RawGguf raw = header(2, 0).tensor("b", I8, 64, 1).tensor("a", I8, 0, 32).align(32);
    GgufParser.Part part = parse(raw.zeros(64).u8(9));
    assertThat(part.tensors()).extracting(GgufTensor::name).containsExactly("b", "a");
    assertThat(part.tensors().getFirst().data().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
  }
}
