package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.concurrent.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Products of weight matrices with a batch of vectors, cut by rows over the threads of a pool. Not
 * thread-safe; reused so that a product allocates nothing.
 */
public final class MatMul implements WorkerPool.Task {

  /** A multiple of {@link PackedLayout#ROWS}. */
  private static final int ROWS_PER_PART = 64;

  /**
   * The most tokens that are multiplied with packed weights, one after the other: what is measured
   * to be faster than unpacking rows once for all of them.
   */
  private static final int MAX_PACKED_TOKENS = 4;

  private final WorkerPool pool;
  private final Kernels kernels;
  private final Scratch[] scratch;
  private final QuantizedVector[] rounded;

  private List<Matrix> matrices = List.of();
  private float[] x;
  private float[] y;
  private int tokens;
  private int rows;

  /** Creates the products of matrices and batches of at most these sizes. */
  public MatMul(WorkerPool pool, Kernels kernels, int maxColumns, int maxTokens) {
    this.pool = pool;
    this.kernels = kernels;
    scratch = new Scratch[pool.threads()];
    Arrays.setAll(scratch, worker -> kernels.newScratch(maxColumns, maxTokens));
    rounded = new QuantizedVector[MAX_PACKED_TOKENS];
    Arrays.setAll(rounded, t -> new QuantizedVector(maxColumns));
  }

  /**
   * {@code y[t] = W·x[t]}, where W is the matrices on top of each other.
   *
   * @param stack matrices of the same row length
   * @param input (tokens, columns)
   * @param output (tokens, rows of all matrices)
   */
  public void multiply(List<Matrix> stack, float[] input, int count, float[] output) {
    matrices = stack;
    x = input;
    y = output;
    tokens = count;
    rows = 0;
    int parts = 0;
    for (int i = 0; i < stack.size(); i++) {
      rows += stack.get(i).rows();
      parts += parts(stack.get(i));
    }
    if (count <= MAX_PACKED_TOKENS && anyRounds(stack)) {
      int columns = stack.getFirst().columns();
      for (int t = 0; t < count; t++) {
        rounded[t].resize(columns);
        kernels.quantize(input, t * columns, rounded[t]);
      }
    }
    pool.run(this, parts);
  }

  private static boolean anyRounds(List<Matrix> stack) {
    for (int i = 0; i < stack.size(); i++) {
      Optional<PackedMatrix> packed = stack.get(i).packed();
      if (packed.isPresent() && packed.get().layout() instanceof PackedQuants) {
        return true;
      }
    }
    return false;
  }

  private static int parts(Matrix w) {
    return Math.ceilDiv(w.rows(), ROWS_PER_PART);
  }

  @Override
  public void run(int part, int worker) {
    int base = 0;
    int local = part;
    int i = 0;
    while (local >= parts(matrices.get(i))) {
      local -= parts(matrices.get(i));
      base += matrices.get(i).rows();
      i++;
    }
    Matrix w = matrices.get(i);
    int first = local * ROWS_PER_PART;
    int count = Math.min(ROWS_PER_PART, w.rows() - first);
    int packed = multiplyPacked(w, first, count, base + first, scratch[worker]);
    if (packed < count) {
      int rest = first + packed;
      int left = count - packed;
      kernels.multiply(w, rest, left, x, tokens, y, base + rest, rows, scratch[worker]);
    }
  }

  /** Multiplies the rows of a part that are packed, and returns their number. */
  private int multiplyPacked(Matrix w, int first, int count, int to, Scratch space) {
    if (w.packed().isEmpty()) {
      return 0;
    }
    PackedMatrix copy = w.packed().get();
    int packed = Math.min(count, copy.rows() - first);
    switch (copy.layout()) {
      case PackedNumbers layout ->
          kernels.multiplyPacked(copy, layout, first, packed, x, tokens, y, to, rows, space);
      case PackedQuants layout -> {
        if (tokens > MAX_PACKED_TOKENS) {
          return 0;
        }
        for (int t = 0; t < tokens; t++) {
          int at = t * rows + to;
          kernels.multiplyPacked(copy, layout, first, packed, rounded[t], y, at, space);
        }
      }
    }
    return packed;
  }
}
