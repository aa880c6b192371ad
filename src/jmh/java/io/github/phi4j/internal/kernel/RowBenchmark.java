package io.github.phi4j.internal.kernel;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the forward pass does to single rows, at Phi-4's widths: the norm of 5,120 numbers, SwiGLU
 * of 17,920, and the exponentials of 4,096 scores as a softmax takes them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RowBenchmark {

  private static final int EMBEDDING = 5120;
  private static final int FEED_FORWARD = 17_920;
  private static final int SCORES = 4096;
  private static final float EPSILON = 1e-5f;

  private final Kernels kernels = KernelProvider.kernels();
  private final float[] x = new float[2 * FEED_FORWARD];
  private final float[] weight = new float[EMBEDDING];
  private final float[] out = new float[FEED_FORWARD];

  /** Fills the rows and checks each result against the scalar kernels'. */
  @Setup
  public void setUp() {
    Random random = new Random(5);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (3 * random.nextGaussian());
    }
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (float) (1 + 0.1 * random.nextGaussian());
    }
    Kernels scalar = new ScalarKernels();
    check(rmsNorm(kernels).clone(), rmsNorm(scalar), EMBEDDING);
    check(swiGlu(kernels).clone(), swiGlu(scalar), FEED_FORWARD);
    check(softmax(kernels).clone(), softmax(scalar), SCORES);
  }

  private static void check(float[] found, float[] expected, int length) {
    for (int i = 0; i < length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= 1e-5 * Math.abs(expected[i]) + 1e-9)) {
        throw new IllegalStateException(
            "number " + i + " is " + found[i] + " instead of " + expected[i]);
      }
    }
  }

  private float[] rmsNorm(Kernels by) {
    by.rmsNorm(x, 0, weight, EPSILON, out, 0);
    return out;
  }

  private float[] swiGlu(Kernels by) {
    by.swiGlu(x, 0, FEED_FORWARD, FEED_FORWARD, out, 0);
    return out;
  }

  private float[] softmax(Kernels by) {
    System.arraycopy(x, 0, out, 0, SCORES); // in place: probabilities are no scores
    by.exponentials(out, 0, SCORES, by.max(out, 0, SCORES));
    return out;
  }

  /** A norm. */
  @Benchmark
  public float[] rmsNorm() {
    return rmsNorm(kernels);
  }

  /** A norm by the scalar kernels. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Dphi4j.kernels=scalar"})
  public float[] rmsNormScalar() {
    return rmsNorm(kernels);
  }

  /** The activation of a feed-forward layer. */
  @Benchmark
  public float[] swiGlu() {
    return swiGlu(kernels);
  }

  /** The activation by the scalar kernels. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Dphi4j.kernels=scalar"})
  public float[] swiGluScalar() {
    return swiGlu(kernels);
  }

  /** The exponentials of one head. */
  @Benchmark
  public float[] softmax() {
    return softmax(kernels);
  }

  /** The exponentials of one head by the scalar kernels. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Dphi4j.kernels=scalar"})
  public float[] softmaxScalar() {
    return softmax(kernels);
  }
}
