package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.ScalarKernels;
import java.nio.file.Path;
import java.util.List;
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

/** A whole model: prefill and decode. Its file is set by {@code -p model=FILE}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ForwardPassBenchmark {

  private static final int DECODED = 64;
  private static final int CHECKED = 8;

  /** The GGUF file, relative to the project's folder. */
  @Param("models/phi4-tiny-Q8_0.gguf")
  public String model;

  /** Tokens of the prompt. */
  @Param("256")
  public int prompt;

  /** Tokens already in the context. */
  @Param("0")
  public int depth;

  /** The number format of the KV cache. */
  @Param("F16")
  public KvCacheType type;

  /** Threads that share the work. */
  @Param("2")
  public int threads;

  private LoadedModel loaded;
  private ForwardPass forwardPass;
  private KvCache cache;
  private int[] tokens;
  private Slice slice;
  private List<Slice> slices;
  private float[][] rows;
  private float[] logits;

  /** Counts per second. */
  @State(Scope.Thread)
  @AuxCounters
  public static class Work {
    /** Tokens computed. */
    public double tokens;

    /** Resets the count. */
    @Setup(Level.Iteration)
    public void clear() {
      tokens = 0;
    }
  }

  /**
   * Loads the file, and checks logits against the scalar kernels', and batches against single
   * tokens.
   */
  @Setup
  public void setUp() {
    Path file = Path.of(model);
    loaded = new LoadedModel(file, threads, KernelProvider.kernels());
    forwardPass = loaded.forwardPass();
    tokens = loaded.randomTokens(depth + Math.max(prompt, Math.max(DECODED, CHECKED)), 5);
    rows = loaded.newRows(1);
    logits = rows[0];
    cache = loaded.newCache(type, tokens.length);
    cache.restart(forwardPass.needsLongFactors(tokens.length));
    slice = new Slice(cache, () -> false);
    slices = List.of(slice);
    append(1);
    try (LoadedModel scalar = new LoadedModel(file, threads, new ScalarKernels());
        KvCache scalarCache = scalar.newCache(type, 1)) {
      scalarCache.restart(cache.longFactors());
      check("vectors and scalars", logits, scalar.append(tokens, 0, 1, scalarCache).getFirst());
    }
    while (cache.length() < CHECKED) {
      append(1);
    }
    float[] single = logits.clone();
    cache.truncate(0);
    append(CHECKED);
    check("a batch and single tokens", logits, single);
    cache.truncate(0);
    if (depth > 0) {
      append(depth);
    }
  }

  /** Allows for rounding of floats and of the cache, far less than the effect of a wrong sum. */
  private static void check(String what, float[] found, float[] expected) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < found.length; i++) {
      error += Math.pow(found[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    if (!(Math.sqrt(error / size) < 1e-2)) {
      throw new IllegalStateException(
          what + " differ by " + Math.sqrt(error / size) + " of the logits' size");
    }
  }

  /** Stops the threads and frees the model. */
  @TearDown
  public void tearDown() {
    cache.close();
    loaded.close();
  }

  /** Computes the next tokens in batches, and the logits after the last. */
  private void append(int count) {
    int end = cache.length() + count;
    while (cache.length() < end) {
      int batch = Math.min(ForwardPass.MAX_BATCH, end - cache.length());
      slice.set(tokens, cache.length(), batch, cache.length() + batch == end ? 1 : 0, rows, 0);
      forwardPass.run(slices);
    }
  }

  /** One token. */
  @Benchmark
  public float[] decode(Work work) {
    if (cache.length() >= depth + DECODED) {
      cache.truncate(depth);
    }
    append(1);
    work.tokens++;
    return logits;
  }

  /** One prompt. */
  @Benchmark
  public float[] prefill(Work work) {
    cache.truncate(depth);
    append(prompt);
    work.tokens += prompt;
    return logits;
  }
}
