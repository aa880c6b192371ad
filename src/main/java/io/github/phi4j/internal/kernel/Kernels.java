package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of the forward pass, one instruction set each. Implementations are stateless and
 * thread-safe; a result depends on nothing but the numbers that it is made of.
 */
public interface Kernels {

  /** A name for logs. */
  String name();

  /** Makes the space that each worker needs for products. */
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

  /** Rounds a vector of a batch to 8 bits, and writes what the layouts that it meets need of it. */
  void quantize(Activations x, int token);

  /**
   * Multiplies packed rows with the vectors of a batch.
   *
   * <p>Of {@link PackedQuants} with the rounded vectors: the products of quants are added exactly;
   * only the sums of the groups that share a scale are rounded, in the order of the columns, so
   * that a result is the same bits whatever else is in the batch. Of {@link PackedNumbers} with the
   * vectors as they are: the same bits as {@link #multiply} gives for the rows that were packed.
   *
   * @param firstRow the first row to compute, a multiple of {@link PackedLayout#ROWS}
   * @param rows how many rows to compute, a multiple of it too
   * @param x of {@link PackedQuants} prepared for the layout, and rounded
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

  /** SwiGLU (Shazeer 2020): {@code out = silu(gate) · up}, gate and up lying side by side. */
  void swiGlu(float[] gateUp, int offset, int length, float[] out, int outOffset);

  /**
   * Scaled dot products of the queries of some heads with the first {@code count} keys of a page
   * that they share. Whole vectors are written: up to {@link KvLayout#PAGE_LENGTH} scores a head.
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

  /** The largest of some numbers, of none negative infinity. */
  float max(float[] x, int offset, int length);

  /**
   * Turns each number x into {@code exp(x − shift)}.
   *
   * @return the sum of them all
   */
  float exponentials(float[] x, int offset, int length, float shift);

  /**
   * Adds the first {@code count} values of a page, each times its probability, to the outputs of
   * the heads that share them.
   *
   * @param at the byte where the values start in the page
   * @param probabilities (heads, stride), read from {@code offset} on; up to {@link
   *     KvLayout#PAGE_LENGTH} of each head are used up by the call
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
