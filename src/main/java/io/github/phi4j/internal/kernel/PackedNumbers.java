package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A layout for products of dequantized weights with 32-bit activations, bit-identical to products
 * without a packed copy. A row has the words of the file in their order, except that half-precision
 * scales come first, two per word.
 */
final class PackedNumbers extends PackedLayout {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long STRIDE = (long) ROWS * Integer.BYTES;

  private final BlockFormat format;
  private final int blocks;
  private final int blockBytes;

  /** Creates the layout of a format whose blocks are whole words, or a half and whole words. */
  PackedNumbers(BlockFormat format) {
    int blocks = BLOCK / format.type().blockLength();
    int blockBytes = format.type().blockBytes();
    boolean halves = blocks < BLOCK && blockBytes % Integer.BYTES != 0;
    int bytes = blocks * blockBytes;
    super(
        format.type(),
        halves ? blocks / 2 : 0,
        (halves ? bytes - blocks * Short.BYTES : bytes) / Integer.BYTES);
    this.format = format;
    this.blocks = blocks;
    this.blockBytes = blockBytes;
  }

  /** The storage format of a row in the file. */
  BlockFormat format() {
    return format;
  }

  @Override
  void encode(MemorySegment data, long at, int[] words, QuantBlock scratch) {
    if (scaleWords() == 0) {
      for (int i = 0; i < quantWords(); i++) {
        words[i] = data.get(INT, at + (long) i * Integer.BYTES);
      }
      return;
    }
    int perBlock = quantWords() / blocks;
    for (int b = 0; b < blocks; b++) {
      long block = at + (long) b * blockBytes;
      int half = BlockFormat.unsignedShort(data, block + format.halfOffset());
      words[b / 2] = b % 2 == 0 ? half : words[b / 2] | half << 16;
      long first = block + (format.halfOffset() == 0 ? Short.BYTES : 0);
      for (int i = 0; i < perBlock; i++) {
        words[scaleWords() + b * perBlock + i] = data.get(INT, first + (long) i * Integer.BYTES);
      }
    }
  }

  /**
   * The inverse of {@link #encode}.
   *
   * @param blocks receives the bytes of the file's blocks, of 256 columns
   */
  void decode(int[] words, MemorySegment blocks) {
    if (scaleWords() == 0) {
      for (int i = 0; i < quantWords(); i++) {
        blocks.set(INT, (long) i * Integer.BYTES, words[i]);
      }
      return;
    }
    int perBlock = quantWords() / this.blocks;
    for (int b = 0; b < this.blocks; b++) {
      long block = (long) b * blockBytes;
      short half = (short) (words[b / 2] >> (16 * (b % 2)));
      blocks.set(SHORT, block + format.halfOffset(), half);
      long first = block + (format.halfOffset() == 0 ? Short.BYTES : 0);
      for (int i = 0; i < perBlock; i++) {
        int word = words[scaleWords() + b * perBlock + i];
        blocks.set(INT, first + (long) i * Integer.BYTES, word);
      }
    }
  }

  /** Allocates the bytes of 256 columns. */
  MemorySegment newBlocks() {
    return MemorySegment.ofArray(new byte[blocks * blockBytes]);
  }

  /**
   * Stages columns of a vector of rows as {@link Tile#stage} does.
   *
   * @param at the byte offset of the first row's scales
   * @param columns the length of a row
   * @param from the first column, a multiple of 256
   * @param count the number of columns, a multiple of 256
   */
  void stage(MemorySegment w, long at, int columns, int from, int count, Tile tile) {
    int lanes = VectorWidth.LANES;
    int first = from / BLOCK;
    int blocks = count / BLOCK;
    long quants = at + scaleBytes(columns) + (long) first * quantWords() * STRIDE;
    for (int i = 0; i < blocks * quantWords(); i++) {
      MemorySegment.copy(w, INT, quants + i * STRIDE, tile.words, i * lanes, lanes);
    }
    long scales = at + (long) first * scaleWords() * STRIDE;
    for (int i = 0; i < blocks * scaleWords(); i++) {
      int to = 2 * i * lanes;
      MemorySegment.copy(w, INT, scales + i * STRIDE, tile.halves, to, lanes);
      for (int lane = to; lane < to + lanes; lane++) {
        tile.halves[lane + lanes] = tile.halves[lane] >>> 16;
      }
    }
  }
}
