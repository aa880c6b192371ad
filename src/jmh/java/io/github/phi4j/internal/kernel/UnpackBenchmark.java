package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.Arena;
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
  private Tile tile;
  private float[] tileOut;

  /** Makes the blocks and checks that vectors give the bits of the specification. */
  @Setup
  public void setUp() {
    arena = Arena.ofShared();
    weights = RandomWeights.matrix(BlockFormats.of(type).orElseThrow(), ROWS, COLUMNS, arena);
    out = new float[COLUMNS];
    tile = new Tile();
    tileOut = new float[Tile.COLUMNS * VectorWidth.LANES];
    for (int row = 0; row < ROWS; row += VectorWidth.LANES) {
      for (int column = 0; column < COLUMNS; column += Tile.COLUMNS) {
        onVectors(row, column);
        check(row, column);
      }
    }
  }

  private void check(int first, int column) {
    for (int lane = 0; lane < VectorWidth.LANES; lane++) {
      weights.dequantizeRow(first + lane, out, 0);
      for (int i = 0; i < Tile.COLUMNS; i++) {
        if (tileOut[i * VectorWidth.LANES + lane] != out[column + i]) {
          throw new IllegalStateException(
              "row " + (first + lane) + " differs at column " + (column + i));
        }
      }
    }
  }

  /** Frees the blocks. */
  @TearDown
  public void tearDown() {
    arena.close();
  }

  private void onVectors(int row, int column) {
    long at = row * weights.rowBytes() + type.rowBytes(column);
    int blocks = Tile.COLUMNS / type.blockLength();
    tile.stage(weights.format(), weights.data(), at, weights.rowBytes(), VectorWidth.LANES, blocks);
    weights.format().unpack(tile, blocks, tileOut, 0);
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
    for (int row = 0; row < ROWS; row += VectorWidth.LANES) {
      for (int column = 0; column < COLUMNS; column += Tile.COLUMNS) {
        onVectors(row, column);
      }
    }
    return tileOut;
  }
}
