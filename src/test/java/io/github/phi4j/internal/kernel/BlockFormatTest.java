package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.gguf.GgmlType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random blocks of each type, and what ggml's reference dequantizer makes of them. */
final class BlockFormatTest {

  static List<BlockFormat> formats() {
    return BlockFormats.all();
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = BlockFormatTest.class.getResourceAsStream("/blocks/" + name)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void dequantizesTheReferenceBlocks(BlockFormat format) throws IOException {
    byte[] blocks = resource(format.type() + ".blocks");
    if (blocks == null) {
      assertThat(format.type().name()).isIn("F32", "F16", "BF16"); // tested below
      return;
    }
    float[] expected = new float[blocks.length / format.type().blockBytes() * length(format)];
    ByteBuffer.wrap(resource(format.type() + ".f32"))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    // At every alignment, since rows of odd block sizes stand anywhere.
    for (int shift = 0; shift < 4; shift++) {
      byte[] moved = new byte[blocks.length + shift];
      System.arraycopy(blocks, 0, moved, shift, blocks.length);
      float[] out = new float[expected.length + 1];
      format.dequantize(MemorySegment.ofArray(moved), shift, out, 1, expected.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat(out[i + 1])
            .as("element %d", i)
            .isCloseTo(expected[i], Offset.offset(Math.ulp(expected[i]) + Float.MIN_VALUE));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void vectorsGiveTheSameBits(BlockFormat format) {
    int columns = Tile.COLUMNS;
    int lanes = VectorWidth.LANES;
    int blocks = columns / length(format);
    int rowBytes = (int) format.type().rowBytes(columns);
    byte[] random = new byte[1 + lanes * rowBytes];
    new Random(17).nextBytes(random);
    float[] expected = new float[columns];
    float[] out = new float[3 + columns * lanes];
    MemorySegment data = MemorySegment.ofArray(random);
    Tile tile = new Tile();
    tile.stage(format, data, 1, rowBytes, lanes, blocks);
    format.unpack(tile, blocks, out, 3);
    for (int row = 0; row < lanes; row++) {
      format.dequantize(data, 1 + row * rowBytes, expected, 0, columns);
      for (int i = 0; i < columns; i++) {
        float actual = out[3 + i * lanes + row];
        if (!Float.isNaN(expected[i])) {
          assertThat(Float.floatToIntBits(actual))
              .as("row %d, column %d: %s and %s", row, i, expected[i], actual)
              .isEqualTo(Float.floatToIntBits(expected[i]));
        }
      }
    }
  }

  private static int length(BlockFormat format) {
    return format.type().blockLength();
  }

  @Test
  void plainNumbersAreTheirBits() {
    short[] halves = {0x3c00, (short) 0xc000, 0x0001, 0x7bff, 0x7c00};
    float[] out = new float[5];
    BlockFormats.of(GgmlType.F16)
        .orElseThrow()
        .dequantize(MemorySegment.ofArray(halves), 0, out, 0, 5);
    assertThat(out).containsExactly(1, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY);
    BlockFormats.of(GgmlType.BF16)
        .orElseThrow()
        .dequantize(MemorySegment.ofArray(new short[] {0x3f80, (short) 0xc000}), 0, out, 0, 2);
    assertThat(Arrays.copyOf(out, 2)).containsExactly(1, -2);
    BlockFormats.of(GgmlType.F32)
        .orElseThrow()
        .dequantize(MemorySegment.ofArray(new float[] {0.1f, -7}), 0, out, 0, 2);
    assertThat(Arrays.copyOf(out, 2)).containsExactly(0.1f, -7);
  }
}
