package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The whole tiles of a matrix, packed.
 *
 * @param layout the layout
 * @param data the tiles, contiguous
 * @param rows a multiple of {@link PackedLayout#ROWS}
 * @param columns a multiple of {@link PackedLayout#BLOCK}
 */
public record PackedMatrix(PackedLayout layout, MemorySegment data, int rows, int columns) {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Creates a matrix from packed data. */
  public PackedMatrix {
    if (rows % PackedLayout.ROWS != 0
        || columns % PackedLayout.BLOCK != 0
        || data.byteSize() != rows / PackedLayout.ROWS * layout.tileBytes(columns)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d bytes for %d packed rows of %d %s numbers",
              data.byteSize(),
              rows,
              columns,
              layout.type()));
    }
  }

  /** The byte offset of the scales of a vector of rows at a block's first column. */
  long scalesAt(int row, int column) {
    return row / PackedLayout.ROWS * layout.tileBytes(columns)
        + layout.scaleBytes(column)
        + (long) row % PackedLayout.ROWS * Integer.BYTES;
  }

  /** The byte offset of its quants. */
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
