package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix in its file's format.
 *
 * @param format how its numbers are stored
 * @param data its rows, one after the other
 * @param rows the number of rows: the outputs of a product
 * @param columns the length of a row: the inputs of a product
 */
public record Matrix(BlockFormat format, MemorySegment data, int rows, int columns) {

  /** Creates a matrix. */
  public Matrix {
    if (data.byteSize() != rows * format.type().rowBytes(columns)) {
      throw new IllegalArgumentException(
          "%d bytes for %d rows of %d %s numbers"
              .formatted(data.byteSize(), rows, columns, format.type()));
    }
  }

  /** The bytes of a row. */
  public long rowBytes() {
    return format.type().rowBytes(columns);
  }

  /** A view of {@code count} rows. */
  public Matrix rows(int from, int count) {
    return new Matrix(format, data.asSlice(from * rowBytes(), count * rowBytes()), count, columns);
  }

  /** Writes one row as floats. */
  public void dequantizeRow(int row, float[] out, int offset) {
    format.dequantize(data, row * rowBytes(), out, offset, columns);
  }
}
