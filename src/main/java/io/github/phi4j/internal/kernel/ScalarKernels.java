package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The specification: every sum in double precision, in the order of the elements; those of packed
 * products as {@link Kernels#multiplyPacked} says.
 */
public final class ScalarKernels implements Kernels {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public Scratch newScratch(int maxColumns, int maxTokens) {
    return new Scratch(null, new float[maxColumns], new float[0]);
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
  public void quantize(float[] x, int from, QuantizedVector out) {
    Quantizer.quantize(x, from, out);
  }

  @Override
  public void multiplyPacked(
      PackedMatrix w,
      PackedNumbers layout,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch) {
    int columns = w.columns();
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    MemorySegment blocks = layout.newBlocks();
    float[] row = scratch.numbers;
    for (int r = 0; r < rows; r++) {
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        w.words(firstRow + r, b, words);
        layout.decode(words, blocks);
        layout.format().dequantize(blocks, 0, row, b * PackedLayout.BLOCK, PackedLayout.BLOCK);
      }
      for (int t = 0; t < tokens; t++) {
        y[t * yStride + yOffset + r] = sum(row, x, t * columns, columns);
      }
    }
  }

  @Override
  public void multiplyPacked(
      PackedMatrix w,
      PackedQuants layout,
      int firstRow,
      int rows,
      QuantizedVector x,
      float[] y,
      int yOffset,
      Scratch scratch) {
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    PackedBlock block = new PackedBlock();
    for (int r = 0; r < rows; r++) {
      y[yOffset + r] = packedSum(w, layout, firstRow + r, x, words, block);
    }
  }

  /** First what the minimums and the bias of the quants make, then the products. */
  private static float packedSum(
      PackedMatrix w,
      PackedQuants layout,
      int row,
      QuantizedVector x,
      int[] words,
      PackedBlock block) {
    int group = layout.group();
    float[] totals = group == QuantizedVector.GROUP ? x.totals() : x.totals16();
    int groups = PackedLayout.BLOCK / group;
    float sum = 0;
    for (int b = 0; layout.hasMinimums() && b < w.columns() / PackedLayout.BLOCK; b++) {
      w.words(row, b, words);
      layout.decode(words, block);
      for (int j = 0; j < groups; j++) {
        float zero = block.scale[j] * (block.d[j] * layout.bias());
        float offset = Math.fma((float) block.min[j], -block.dMin[j], zero);
        sum = Math.fma(offset, totals[b * groups + j], sum);
      }
    }
    for (int b = 0; b < w.columns() / PackedLayout.BLOCK; b++) {
      w.words(row, b, words);
      layout.decode(words, block);
      for (int j = 0; j < groups; j++) {
        int products = 0;
        for (int c = j * group; c < (j + 1) * group; c++) {
          products += (block.quants[c] - layout.bias()) * x.quant(b * PackedLayout.BLOCK + c);
        }
        sum =
            Math.fma(
                (float) products,
                block.d[j]
                    * x.scales()[(b * PackedLayout.BLOCK + j * group) / QuantizedVector.GROUP]
                    * block.scale[j],
                sum);
      }
    }
    return sum;
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
  public void swiGlu(float[] gateUp, int offset, int length, float[] out, int outOffset) {
    for (int i = 0; i < length; i++) {
      float gate = gateUp[offset + i];
      float up = gateUp[offset + length + i];
      out[outOffset + i] = (float) (gate / (1 + Math.exp(-gate)) * up);
    }
  }

  @Override
  public void scores(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] q,
      int qOffset,
      int heads,
      float scale,
      float[] scores,
      int scoresOffset,
      int stride) {
    int headLength = layout.headLength();
    for (int h = 0; h < heads; h++) {
      for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int d = 0; d < headLength; d++) {
          sum += (double) q[qOffset + h * headLength + d] * layout.key(page, at, i, d);
        }
        scores[scoresOffset + h * stride + i] = (float) (sum * scale);
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
      int stride,
      int heads,
      float[] out,
      int outOffset) {
    int headLength = layout.headLength();
    for (int h = 0; h < heads; h++) {
      for (int i = 0; i < count; i++) {
        float p = probabilities[offset + h * stride + i];
        for (int d = 0; d < headLength; d++) {
          out[outOffset + h * layout.rowLength() + d] += p * layout.value(page, at, i, d);
        }
      }
    }
  }
}
