package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.concurrent.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Products of weight matrices with a batch of vectors, split by rows over the threads of a pool.
 * Not thread-safe; reused, so that a product allocates nothing.
 */
public final class MatMul implements WorkerPool.Task {

  /** The batch size from which packed weights are unpacked once for several tokens. */
  public static final int TOKENS_TOGETHER = PackedTile.FEWEST_TOKENS;

  /** A multiple of {@link PackedLayout#ROWS}. */
  private static final int ROWS_PER_PART = 64;

  /** Columns that a thread quantizes at a time: a multiple of {@link PackedLayout#BLOCK}. */
  private static final int COLUMNS_PER_PART = 2048;

  /** Multiplications per nanosecond: compiled kernels reach ten and more, uncompiled ones 0.1. */
  private static final double COMPILED_SPEED = 1;

  private static final long LONGEST_COMPILATION = TimeUnit.SECONDS.toNanos(3);

  private final WorkerPool pool;
  private final Kernels kernels;
  private final Scratch[] scratch;
  private final Activations activations = new Activations();
  private final WorkerPool.Task quantization;

  private List<Matrix> matrices = List.of();
  private float[] x;
  private float[] y;
  private int tokens;
  private int rows;
  private int firstPart; // of the parts that the pool computes; nonzero for the first product only
  private boolean uncompiled; // assumed until the first product

  /** Creates the products of matrices and batches of at most these sizes. */
  public MatMul(WorkerPool pool, Kernels kernels, int maxColumns, int maxTokens) {
    this.pool = pool;
    this.kernels = kernels;
    uncompiled = kernels instanceof VectorKernels;
    scratch = new Scratch[pool.threads()];
    Arrays.setAll(scratch, worker -> kernels.newScratch(maxColumns, maxTokens));
    quantization = (part, _) -> quantize(part);
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
    activations.set(input, stack.getFirst().columns(), count);
    for (int i = 0; i < stack.size(); i++) {
      Optional<PackedMatrix> packed = stack.get(i).packed();
      if (packed.isPresent() && packed.get().layout() instanceof QuantLayout layout) {
        activations.prepareFor(layout);
      }
    }
    if (!activations.layouts().isEmpty()) {
      activations.reserve();
      pool.run(quantization, count * quantizedParts());
    }
    firstPart = uncompiled ? computeWhileUncompiled(parts) : 0;
    pool.run(this, parts - firstPart);
  }

  /**
   * Warm-up: computes parts of the first product on this thread alone until one runs at the speed
   * of compiled kernels. That leaves a processor to HotSpot, which otherwise competes with threads
   * that run the kernels uncompiled.
   *
   * @return the number of parts computed
   */
  private int computeWhileUncompiled(int parts) {
    uncompiled = false;
    long products = (long) ROWS_PER_PART * matrices.getFirst().columns() * tokens; // of a part
    long start = System.nanoTime();
    long now = start;
    double speed = 0;
    int part = 0;
    while (part < parts && speed < COMPILED_SPEED && now - start < LONGEST_COMPILATION) {
      long before = now;
      run(part++, 0);
      now = System.nanoTime();
      speed = (double) products / (now - before);
    }
    return part;
  }

  private void quantize(int part) {
    int from = part % quantizedParts() * COLUMNS_PER_PART;
    int to = Math.min(from + COLUMNS_PER_PART, activations.columns());
    kernels.quantize(activations, part / quantizedParts(), from, to);
  }

  private int quantizedParts() {
    return Math.ceilDiv(activations.columns(), COLUMNS_PER_PART);
  }

  private static int parts(Matrix w) {
    return Math.ceilDiv(w.rows(), ROWS_PER_PART);
  }

  @Override
  public void run(int part, int worker) {
    int base = 0;
    int local = firstPart + part;
    int i = 0;
    while (local >= parts(matrices.get(i))) {
      local -= parts(matrices.get(i));
      base += matrices.get(i).rows();
      i++;
    }
    Matrix w = matrices.get(i);
    int first = local * ROWS_PER_PART;
    int count = Math.min(ROWS_PER_PART, w.rows() - first);
    int packed = 0;
    if (w.packed().isPresent()) {
      PackedMatrix copy = w.packed().get();
      packed = Math.min(count, copy.rows() - first);
      int to = base + first;
      kernels.multiplyPacked(copy, first, packed, activations, y, to, rows, scratch[worker]);
    }
    if (packed < count) {
      int rest = first + packed;
      int left = count - packed;
      kernels.multiply(w, rest, left, x, tokens, y, base + rest, rows, scratch[worker]);
    }
  }
}
