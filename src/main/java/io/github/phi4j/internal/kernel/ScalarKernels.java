package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The specification: every sum in double precision, in element order; packed products as {@link
 * Kernels#multiplyPacked} specifies.
 */
public final class ScalarKernels implements Kernels {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public boolean allocateNothing() {
    return false;
  }

  @Override
  public Scratch newScratch(int maxColumns, int maxTokens) {
    return new Scratch(null, null, new float[maxColumns], new float[0]);
  }

  @Override
  public void multiply(
      Matrix w,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    int columns = w.columns();
    float[] row = scratch.numbers;
    for (int r = 0; r < rows; r++) {
      w.dequantizeRow(firstRow + r, row, 0);
      for (int t = 0; t < tokens; t++) {
        y[t * yStride + yOffset + r] = sum(row, x, t * columns, columns);
      }
    }
  }

  private static float sum(float[] row, float[] x, int from, int columns) {
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += (double) row[c] * x[from + c];
    }
    return (float) sum;
  }

  @Override
  public void quantize(Activations x, int token, int from, int to) {
    Quantizer.quantize(x, token, from, to);
  }

  @Override
  public void multiplyPacked(
      PackedMatrix w,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    switch (w.layout()) {
      case PackedNumbers layout ->
          multiplyNumbers(w, layout, firstRow, rows, x, y, yOffset, yStride, scratch.numbers);
      case QuantLayout layout -> multiplyQuants(w, layout, firstRow, rows, x, y, yOffset, yStride);
    }
  }

  private static void multiplyNumbers(
      PackedMatrix w,
      PackedNumbers layout,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      float[] row) {
    int columns = w.columns();
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    MemorySegment blocks = layout.newBlocks();
    for (int r = 0; r < rows; r++) {
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        w.words(firstRow + r, b, words);
        layout.decode(words, blocks);
        layout.format().dequantize(blocks, 0, row, b * PackedLayout.BLOCK, PackedLayout.BLOCK);
      }
      for (int t = 0; t < x.tokens(); t++) {
        y[t * yStride + yOffset + r] = sum(row, x.numbers(), t * columns, columns);
      }
    }
  }

  private static void multiplyQuants(
      PackedMatrix w,
      QuantLayout layout,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride) {
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    QuantBlock block = new QuantBlock();
    for (int t = 0; t < x.tokens(); t++) {
      for (int r = 0; r < rows; r++) {
        float sum = 0;
        for (int b = 0; b < w.columns() / PackedLayout.BLOCK; b++) {
          w.words(firstRow + r, b, words);
          layout.decode(words, block);
          sum = addBlock(layout, block, x, t, b * PackedLayout.BLOCK, sum);
        }
        y[t * yStride + yOffset + r] = sum;
      }
    }
  }

  /** Adds each group's minimum and bias terms, and its products. */
  private static float addBlock(
      QuantLayout layout, QuantBlock block, Activations x, int token, int column, float before) {
    int length = layout.group();
    GroupValues groups = x.groups(length);
    int at = token * (x.columns() / length) + column / length;
    float sum = before;
    for (int j = 0; j < PackedLayout.BLOCK / length; j++) {
      float scale = block.d[j] * block.scale[j];
      float offset =
          layout.hasMinimums()
              ? fma((float) block.min[j], -block.dMin[j], scale * layout.bias())
              : 0;
      int products = 0;
      for (int c = j * length; c < (j + 1) * length; c++) {
        products += ((int) block.quants[c] - layout.bias()) * x.quant(token, column + c);
      }
      sum = fma(offset, groups.totals()[at + j], sum);
      sum = fma((float) products, scale * groups.scales()[at + j], sum);
    }
    return sum;
  }

  /**
   * {@link Math#fma}, also where the JVM has no instruction for it and computes it with decimals.
   * The product of two floats is exact as a double; the sum is rounded to odd, and then only once
   * more (Boldo and Melquiond 2008, "Emulation of a FMA and Correctly Rounded Sums").
   */
  static float fma(float a, float b, float c) {
    double product = (double) a * b;
    double sum = product + c;
    double rest = sum - product;
    double error = (product - (sum - rest)) + (c - rest);
    long bits = Double.doubleToRawLongBits(sum);
    if ((error > 0 || error < 0) && (bits & 1) == 0) { // neither where something is not a number
      sum = Double.longBitsToDouble(error > 0 == sum > 0 ? bits + 1 : bits - 1);
    }
    return (float) sum;
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset) {
    double sum = 0;
    for (int i = 0; i < weight.length; i++) {
      sum += (double) x[xOffset + i] * x[xOffset + i];
    }
    double scale = 1 / Math.sqrt(sum / weight.length + epsilon);
    for (int i = 0; i < weight.length; i++) {
      out[outOffset + i] = (float) (x[xOffset + i] * scale * weight[i]);
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
    for (int i = 0; i < length; i++) {
      x[xOffset + i] += y[yOffset + i];
    }
  }

  @Override
  public void swiGlu(float[] gateUp, int gate, int up, int length, float[] out, int outOffset) {
    for (int i = 0; i < length; i++) {
      float x = gateUp[gate + i];
      out[outOffset + i] = (float) (x / (1 + Math.exp(-x)) * gateUp[up + i]);
    }
  }

  @Override
  public void arrange(KvLayout layout, float[] q, int offset, float[] queries, int index) {
    int length = layout.headLength();
    System.arraycopy(q, offset, queries, index * length, length);
  }

  @Override
  public void scores(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] queries,
      int queryCount,
      float scale,
      float[] scores,
      int offset) {
    int length = layout.headLength();
    for (int query = 0; query < queryCount; query++) {
      for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int d = 0; d < length; d++) {
          sum += (double) queries[query * length + d] * layout.key(page, at, i, d);
        }
        scores[offset + query * CHUNK + i] = (float) (sum * scale);
      }
    }
  }

  @Override
  public float max(float[] x, int offset, int length) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + length; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  @Override
  public float exponentials(float[] x, int offset, int length, float shift) {
    double sum = 0;
    for (int i = offset; i < offset + length; i++) {
      x[i] = (float) Math.exp((double) x[i] - shift);
      sum += x[i];
    }
    return (float) sum;
  }

  @Override
  public void accumulate(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int offset,
      int queryCount,
      float[] out,
      int outOffset) {
    for (int query = 0; query < queryCount; query++) {
      for (int i = 0; i < count; i++) {
        float p = probabilities[offset + query * CHUNK + i];
        for (int d = 0; d < layout.headLength(); d++) {
          out[outOffset + query * layout.rowLength() + d] += p * layout.value(page, at, i, d);
        }
      }
    }
  }
}
