package io.github.phi4j.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The whole tiles of a matrix, packed.
 *
 * @param layout how its numbers lie
 * @param data its tiles, one after the other
 * @param rows a multiple of {@link PackedLayout#ROWS}
 * @param columns a multiple of {@link PackedLayout#BLOCK}
 */
public record PackedMatrix(PackedLayout layout, MemorySegment data, int rows, int columns) {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int ALIGNMENT = 64;

  /** Creates a matrix from what was packed before. */
  public PackedMatrix {
    if (rows % PackedLayout.ROWS != 0
        || columns % PackedLayout.BLOCK != 0
        || data.byteSize() != rows / PackedLayout.ROWS * layout.tileBytes(columns)) {
      throw new IllegalArgumentException(
          "%d bytes for %d packed rows of %d %s numbers"
              .formatted(data.byteSize(), rows, columns, layout.type()));
    }
  }

  /** The layout that a matrix can be packed in, if it has whole tiles of whole blocks. */
  static Optional<PackedLayout> layout(Matrix w) {
    return w.rows() < PackedLayout.ROWS || w.columns() % PackedLayout.BLOCK != 0
        ? Optional.empty()
        : PackedLayout.of(w.format());
  }

  /** Packs the rows of a matrix that make whole tiles. */
  static PackedMatrix pack(Matrix w, PackedLayout layout, Arena arena) {
    int columns = w.columns();
    int tiles = w.rows() / PackedLayout.ROWS;
    long tileBytes = layout.tileBytes(columns);
    MemorySegment data = arena.allocate(tiles * tileBytes, ALIGNMENT);
    int words = layout.scaleWords() + layout.quantWords();
    int[] row = new int[words];
    int[] block = new int[words * PackedLayout.ROWS];
    int scales = layout.scaleWords() * PackedLayout.ROWS;
    int quants = layout.quantWords() * PackedLayout.ROWS;
    for (int tile = 0; tile < tiles; tile++) {
      long to = tile * tileBytes;
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        long column = w.format().type().rowBytes((long) b * PackedLayout.BLOCK);
        for (int r = 0; r < PackedLayout.ROWS; r++) {
          long from = (tile * PackedLayout.ROWS + r) * w.rowBytes() + column;
          layout.encode(w.data(), from, row);
          for (int i = 0; i < words; i++) {
            block[i * PackedLayout.ROWS + r] = row[i];
          }
        }
        long scalesAt = to + (long) b * scales * Integer.BYTES;
        long quantsAt = to + layout.scaleBytes(columns) + (long) b * quants * Integer.BYTES;
        MemorySegment.copy(block, 0, data, INT, scalesAt, scales);
        MemorySegment.copy(block, scales, data, INT, quantsAt, quants);
      }
    }
    return new PackedMatrix(layout, data, tiles * PackedLayout.ROWS, columns);
  }

  /** The byte where the scales of a vector of rows start, from a block's first column on. */
  long scalesAt(int row, int column) {
    return row / PackedLayout.ROWS * layout.tileBytes(columns)
        + layout.scaleBytes(column)
        + (long) row % PackedLayout.ROWS * Integer.BYTES;
  }

  /** The byte where its quants start. */
  long quantsAt(int row, int column) {
    return scalesAt(row, 0) + layout.scaleBytes(columns) + layout.quantBytes(column);
  }

  /** Reads the words of one row in one block. */
  void words(int row, int block, int[] out) {
    int stride = PackedLayout.ROWS * Integer.BYTES;
    int scales = layout.scaleWords();
    int quants = layout.quantWords();
    long scalesAt = scalesAt(row, block * PackedLayout.BLOCK);
    long quantsAt = quantsAt(row, block * PackedLayout.BLOCK);
    for (int i = 0; i < scales; i++) {
      out[i] = data.get(INT, scalesAt + (long) i * stride);
    }
    for (int i = 0; i < quants; i++) {
      out[scales + i] = data.get(INT, quantsAt + (long) i * stride);
    }
  }
}
