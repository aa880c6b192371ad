package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The arithmetic of the forward pass; one implementation per instruction set. Implementations are
 * stateless and thread-safe, and a result depends on its operands alone.
 */
public interface Kernels {

  /** The positions of a chunk of attention: the stride between the scores of two queries. */
  int CHUNK = 8 * KvLayout.PAGE_LENGTH;

  /** The most queries of attention that a kernel computes together. */
  int QUERY_BLOCK = 8;

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
   * Puts a query where {@link #scores} reads it.
   *
   * @param layout the layout of the keys
   * @param q the query, {@code headLength} numbers from {@code offset} on
   * @param queries the queries of a call, rounded up to whole {@link #QUERY_BLOCK}s, times {@code
   *     headLength}, in an order of the implementation's own
   * @param index the number of this query
   */
  void arrange(KvLayout layout, float[] q, int offset, float[] queries, int index);

  /**
   * Scaled dot products of queries with the first {@code count} keys of a page. Writes whole
   * vectors, up to {@link KvLayout#PAGE_LENGTH} scores per query, and whole {@link #QUERY_BLOCK}s
   * of rows; those beyond {@code count} and {@code queryCount} mean nothing.
   *
   * @param at the byte where the keys start in the page
   * @param queries as written by {@link #arrange}
   * @param scores (queries rounded up to whole {@link #QUERY_BLOCK}s, {@link #CHUNK}), written from
   *     {@code offset} on
   */
  void scores(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] queries,
      int queryCount,
      float scale,
      float[] scores,
      int offset);

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
   * queries.
   *
   * @param at the byte where the values start in the page
   * @param probabilities (queries rounded up to whole {@link #QUERY_BLOCK}s, {@link #CHUNK}), read
   *     from {@code offset} on; up to {@link KvLayout#PAGE_LENGTH} of each query are overwritten;
   *     rows beyond {@code queryCount} may hold anything
   * @param out (queries, headLength rounded up to whole blocks)
   */
  void accumulate(
      KvLayout layout,
      MemorySegment page,
      long at,
      int count,
      float[] probabilities,
      int offset,
      int queryCount,
      float[] out,
      int outOffset);
}
