package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A product of each block type at Phi-4's shapes, for one token (decode) and for batches: products,
 * gigabytes of weights, and 10⁹ multiply-adds a second. The scalar kernels are measured with {@code
 * -jvmArgsAppend -Dphi4j.kernels=scalar}; they would take an hour for all of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class MatMulBenchmark {

  /** The block type. */
  @Param({
    "Q4_K", "Q5_K", "Q6_K", "Q8_0", "F16", "BF16", "F32", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K",
    "Q3_K", "IQ4_NL", "IQ4_XS"
  })
  public GgmlType type;

  /** Columns and rows of the matrix. */
  @Param({"5120x35840", "17920x5120", "5120x100352"})
  public String shape;

  /** Tokens of the batch. */
  @Param({"1", "8", "64", "512"})
  public int tokens;

  /** Whether the matrix has a packed copy. */
  @Param({"false", "true"})
  public boolean packed;

  /** Threads that share the work. */
  @Param("2")
  public int threads;

  private Arena arena;
  private WorkerPool pool;
  private MatMul matMul;
  private List<Matrix> weights;
  private float[] x;
  private float[] y;

  /** What a second of products comes to. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Work {
    /** Gigabytes of weights that were read, once a product. */
    public double gigabytes;

    /** 10⁹ multiplications with an addition each. */
    public double gigaMultiplyAdds;

    /** Starts anew. */
    @Setup(Level.Iteration)
    public void clear() {
      gigabytes = 0;
      gigaMultiplyAdds = 0;
    }
  }

  /** Makes the matrix and checks the product against the scalar one. */
  @Setup
  public void setUp() {
    int columns = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
    int rows = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
    arena = Arena.ofShared();
    pool = new WorkerPool(threads);
    Kernels kernels = KernelProvider.kernels();
    matMul = new MatMul(pool, kernels, columns, tokens);
    weights =
        List.of(RandomWeights.matrix(BlockFormats.of(type).orElseThrow(), rows, columns, arena));
    if (packed) {
      weights = List.of(PackedCopies.pack(weights.getFirst(), arena));
      if (weights.getFirst().packed().isEmpty()) {
        throw new IllegalArgumentException(type + " has no packed layout: nothing to measure");
      }
    }
    x = new float[tokens * columns];
    y = new float[tokens * rows];
    Random random = new Random(5);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    matMul.multiply(weights, x, tokens, y);
    float[] expected = new float[tokens * 64];
    Kernels scalar = new ScalarKernels();
    Scratch scratch = scalar.newScratch(columns, tokens);
    scalar.multiply(weights.getFirst(), 64, 64, x, tokens, expected, 0, 64, scratch);
    double squares = 0;
    for (float number : expected) {
      squares += (double) number * number / expected.length;
    }
    // Rounding activations to 8 bits costs about half a hundredth of the size of the results.
    double room = packed ? 0.05 * Math.sqrt(squares) : 1e-3 * Math.sqrt(columns);
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < 64; r++) {
        float difference = Math.abs(y[t * rows + 64 + r] - expected[t * 64 + r]);
        if (!(difference < room)) {
          throw new IllegalStateException("row " + r + " is wrong by " + difference);
        }
      }
    }
  }

  /** Ends the threads and frees the matrix. */
  @TearDown
  public void tearDown() {
    pool.close();
    arena.close();
  }

  /** One product. */
  @Benchmark
  public float[] multiply(Work work) {
    matMul.multiply(weights, x, tokens, y);
    Matrix w = weights.getFirst();
    work.gigabytes += 1e-9 * w.data().byteSize();
    work.gigaMultiplyAdds += 1e-9 * w.rows() * w.columns() * tokens;
    return y;
  }
}
