package io.github.phi4j.internal.kernel;

/** Products of packed rows on vectors, the loop around the kernels of the layouts. */
final class PackedProduct {

  private static final int LANES = VectorKernels.LANES;

  private PackedProduct() {}

  /** The floats of scratch space that a product needs. */
  static int scratchLength(int maxColumns) {
    return 2 * LANES * (maxColumns / 16 + 1);
  }

  static void multiply(
      PackedMatrix w,
      PackedQuants layout,
      int firstRow,
      int rows,
      QuantizedVector x,
      float[] y,
      int yOffset,
      float[] scratch) {
    int length = w.columns() / layout.group() * LANES;
    int sums = 2 * length; // after the scales of two vectors of rows
    for (int r = 0; r < rows; r += 2 * LANES) {
      int a = firstRow + r;
      // A vector that is alone is computed twice: rare, and cheaper than a kernel of its own.
      boolean alone = r + LANES >= rows;
      int b = alone ? a : a + LANES;
      layout.scalesOnVectors(w.data(), w.scalesAt(a), x, scratch, 0, scratch, sums);
      layout.scalesOnVectors(w.data(), w.scalesAt(b), x, scratch, length, scratch, sums + LANES);
      layout.addProductsOnVectors(
          w.data(), w.quantsAt(a), w.quantsAt(b), x, scratch, 0, length, scratch, sums);
      System.arraycopy(scratch, sums, y, yOffset + r, alone ? LANES : 2 * LANES);
    }
  }
}
