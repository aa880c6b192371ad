package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That packing loses nothing, for every type: the words of a block give its numbers back. */
final class PackedLayoutTest {

  static List<BlockFormat> formats() {
    return BlockFormats.all();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void keepsTheReferenceBlocks(BlockFormat format) throws IOException {
    byte[] blocks = BlockFormatTest.resource(format.type() + ".blocks");
    if (blocks == null) {
      assertThat(format.type().name()).isIn("F32", "F16", "BF16"); // tested below
      return;
    }
    keeps(format, blocks);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void keepsRandomBits(BlockFormat format) {
    byte[] bits = new byte[Math.toIntExact(format.type().rowBytes(64 * PackedLayout.BLOCK))];
    new Random(3).nextBytes(bits); // scales of every kind among them
    keeps(format, bits);
  }

  /** Vector kernels pack the rows of a tile together. */
  @ParameterizedTest
  @MethodSource("formats")
  void theWordsOfATileAreThoseOfItsRows(BlockFormat format) {
    int columns = 3 * PackedLayout.BLOCK;
    long rowBytes = format.type().rowBytes(columns);
    byte[] bits = new byte[Math.toIntExact((PackedLayout.ROWS + 1) * rowBytes)];
    new Random(4).nextBytes(bits);
    MemorySegment data = MemorySegment.ofArray(bits);
    PackedLayout layout = Packing.layout(format);
    int count = layout.scaleWords() + layout.quantWords();
    int[] row = new int[count];
    int[] words = new int[count * PackedLayout.ROWS];
    for (int b = 0; b < 3; b++) {
      long first = rowBytes + format.type().rowBytes((long) b * PackedLayout.BLOCK);
      layout.encodeTile(
          data, first, rowBytes, words, new PackingScratch(layout, KernelProvider.kernels()));
      for (int r = 0; r < PackedLayout.ROWS; r++) {
        layout.encode(data, first + r * rowBytes, row, new QuantBlock());
        for (int i = 0; i < count; i++) {
          assertThat(words[i * PackedLayout.ROWS + r])
              .as("row %d, word %d", r, i)
              .isEqualTo(row[i]);
        }
      }
    }
  }

  private static void keeps(BlockFormat format, byte[] bytes) {
    MemorySegment data = MemorySegment.ofArray(bytes);
    long block = format.type().rowBytes(PackedLayout.BLOCK);
    PackedLayout layout = Packing.layout(format);
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    float[] expected = new float[PackedLayout.BLOCK];
    for (long at = 0; at < bytes.length; at += block) {
      layout.encode(data, at, words, new QuantBlock());
      switch (layout) {
        case PackedNumbers numbers -> {
          MemorySegment decoded = numbers.newBlocks();
          numbers.decode(words, decoded);
          assertThat(decoded.mismatch(data.asSlice(at, block)))
              .as("from byte %d", at)
              .isEqualTo(-1);
        }
        case QuantLayout quants -> {
          QuantBlock decoded = new QuantBlock();
          quants.decode(words, decoded);
          format.dequantize(data, at, expected, 0, PackedLayout.BLOCK);
          for (int c = 0; c < PackedLayout.BLOCK; c++) {
            assertThat(Float.floatToIntBits(value(quants, decoded, c)))
                .as("block at %d, column %d", at, c)
                .isEqualTo(Float.floatToIntBits(expected[c]));
          }
        }
      }
    }
  }

  /** As the formats compute a number, rounding by rounding. */
  private static float value(QuantLayout layout, QuantBlock block, int c) {
    int j = c / layout.group();
    float scale = block.d[j] * block.scale[j];
    return layout.hasMinimums()
        ? scale * block.quants[c] - block.dMin[j] * block.min[j]
        : scale * (block.quants[c] - layout.bias());
  }
}
