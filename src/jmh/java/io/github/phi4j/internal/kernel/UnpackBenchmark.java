package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Blocks to floats, by the specification and by vectors: time for each number. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(UnpackBenchmark.ROWS * UnpackBenchmark.COLUMNS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class UnpackBenchmark {

  static final int ROWS = 16; // few enough for the second-level cache
  static final int COLUMNS = 5120;

  /** The block type. */
  @Param({
    "F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
    "Q6_K", "IQ4_NL", "IQ4_XS"
  })
  public GgmlType type;

  private Arena arena;
  private Matrix weights;
  private float[] out;

  /** Makes the blocks and checks that vectors give the bits of the specification. */
  @Setup
  public void setUp() {
    arena = Arena.ofShared();
    weights = RandomWeights.matrix(BlockFormats.of(type).orElseThrow(), ROWS, COLUMNS, arena);
    out = new float[COLUMNS];
    for (int row = 0; row < ROWS; row++) {
      weights.dequantizeRow(row, out, 0);
      float[] expected = out.clone();
      Arrays.fill(out, Float.NaN);
      onVectors(row);
      if (!Arrays.equals(out, expected)) {
        throw new IllegalStateException(
            "row " + row + " differs at " + Arrays.mismatch(out, expected));
      }
    }
  }

  /** Frees the blocks. */
  @TearDown
  public void tearDown() {
    arena.close();
  }

  private void onVectors(int row) {
    int blocks = COLUMNS / type.blockLength();
    weights.format().dequantizeOnVectors(weights.data(), row * weights.rowBytes(), blocks, out, 0);
  }

  /** The specification. */
  @Benchmark
  public float[] scalar() {
    for (int row = 0; row < ROWS; row++) {
      weights.dequantizeRow(row, out, 0);
    }
    return out;
  }

  /** The same by vectors. */
  @Benchmark
  public float[] vectors() {
    for (int row = 0; row < ROWS; row++) {
      onVectors(row);
    }
    return out;
  }
}
