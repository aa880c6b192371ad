package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;

/**
 * A weight matrix in the format of its file.
 *
 * @param format the storage format
 * @param data the rows, contiguous
 * @param rows the number of rows: the outputs of a product
 * @param columns the length of a row: the inputs of a product
 * @param packed a packed copy of its whole tiles, for fast products, if there is one
 */
public record Matrix(
    BlockFormat format, MemorySegment data, int rows, int columns, Optional<PackedMatrix> packed) {

  /** The alignment of packed data in bytes: a cache line. */
  public static final int PACKED_ALIGNMENT = 64;

  /** Creates a matrix. */
  public Matrix {
    if (data.byteSize() != rows * format.type().rowBytes(columns)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d bytes for %d rows of %d %s numbers",
              data.byteSize(),
              rows,
              columns,
              format.type()));
    }
  }

  /** Creates a matrix without a packed copy. */
  public Matrix(BlockFormat format, MemorySegment data, int rows, int columns) {
    this(format, data, rows, columns, Optional.empty());
  }

  /** The bytes of a row. */
  public long rowBytes() {
    return format.type().rowBytes(columns);
  }

  /** A view, without the packed copy, of {@code count} rows. */
  public Matrix rows(int from, int count) {
    return new Matrix(format, data.asSlice(from * rowBytes(), count * rowBytes()), count, columns);
  }

  /** Writes one row as floats. */
  public void dequantizeRow(int row, float[] out, int offset) {
    format.dequantize(data, row * rowBytes(), out, offset, columns);
  }
}
