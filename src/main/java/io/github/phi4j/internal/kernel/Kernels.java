package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of the forward pass; one implementation per instruction set. Implementations are
 * stateless and thread-safe, and a result depends on its operands alone.
 */
public interface Kernels {

  /** The name in logs. */
  String name();

  /** Whether they allocate nothing once they are compiled. */
  boolean allocateNothing();

  /** Creates the scratch space of one worker. */
  Scratch newScratch(int maxColumns, int maxTokens);

  /**
   * Multiplies rows of a matrix with the vectors of a batch: {@code y[t][r] = Σ w[r][c]·x[t][c]}.
   *
   * @param w (rows, columns)
   * @param firstRow the first row to compute
   * @param rows how many rows to compute
   * @param x (tokens, columns)
   * @param y (tokens, yStride); row {@code firstRow} goes to column {@code yOffset}
   * @param scratch this worker's scratch space
   */
  void multiply(
      Matrix w,
      int firstRow,
      int rows,
      float[] x,
      int tokens,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch);

  /**
   * Quantizes columns of a vector of a batch to 8 bits, with the derived values that its layouts
   * need. Different columns and vectors may be quantized concurrently.
   *
   * @param from the first column, a multiple of {@link PackedLayout#BLOCK}
   * @param to the end, a multiple of it too or the end of the vector
   */
  void quantize(Activations x, int token, int from, int to);

  /**
   * Multiplies packed rows with the vectors of a batch.
   *
   * <p>{@link QuantLayout} are multiplied with the quantized vectors: integer products are summed
   * exactly within a group, and the group sums are added as floats in column order, so that the
   * result is bit-identical for every batch. {@link PackedNumbers} are multiplied with the 32-bit
   * activations, bit-identical to {@link #multiply} on the unpacked rows.
   *
   * @param firstRow the first row to compute, a multiple of {@link PackedLayout#ROWS}
   * @param rows how many rows to compute, a multiple of it too
   * @param x the batch; for {@link QuantLayout}, prepared for the layout and quantized
   * @param y (tokens, yStride); row {@code firstRow} goes to column {@code yOffset}
   * @param scratch this worker's scratch space
   */
  void multiplyPacked(
      PackedMatrix w,
      int firstRow,
      int rows,
      Activations x,
      float[] y,
      int yOffset,
      int yStride,
      Scratch scratch);

  /** Root-mean-square norm (Zhang and Sennrich 2019): {@code out = x / rms(x) · weight}. */
  void rmsNorm(float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset);

  /** {@code x += y} over {@code length} numbers. */
  void add(float[] x, int xOffset, float[] y, int yOffset, int length);

  /**
   * SwiGLU (Shazeer 2020): {@code out = silu(gate) · up}.
   *
   * @param gate where the first gate value is in the input; {@code up} is that of its up value
   */
  void swiGlu(float[] gateUp, int gate, int up, int length, float[] out, int outOffset);

  /**
   * Scaled dot products of queries with the first {@code count} keys of a page, for heads that
   * share a KV head. Writes whole vectors: up to {@link KvLayout#PAGE_LENGTH} scores per head.
   *
   * @param q (heads, headLength)
   * @param at the byte where the keys start in the page
   * @param scores (heads, stride), written from {@code scoresOffset} on
   */
  void scores(
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
      int stride);

  /** The maximum; negative infinity if {@code length} is 0. */
  float max(float[] x, int offset, int length);

  /**
   * Replaces each x by {@code exp(x − shift)}.
   *
   * @return the sum of the results
   */
  float exponentials(float[] x, int offset, int length, float shift);

  /**
   * Adds the probability-weighted sum of the first {@code count} values of a page to the outputs of
   * the heads that share the KV head.
   *
   * @param at the byte where the values start in the page
   * @param probabilities (heads, stride), read from {@code offset} on; up to {@link
   *     KvLayout#PAGE_LENGTH} of each head are overwritten
   * @param out (heads, headLength rounded up to whole blocks)
   */
  void accumulate(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int offset,
      int stride,
      int heads,
      float[] out,
      int outOffset);
}
