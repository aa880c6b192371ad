package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.KernelProvider;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * The attention of one block of Phi-4 over a full KV cache. It cycles through as many blocks as
 * make the KV cache exceed the processor's caches, up to Phi-4's 40.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class AttentionBenchmark {

  private static final int HEADS = 40;
  private static final int HEADS_KV = 10;
  private static final int HEAD_LENGTH = 128;
  private static final int KEYS = HEADS_KV * HEAD_LENGTH;
  private static final int STRIDE = HEADS * HEAD_LENGTH + 2 * KEYS;
  private static final long ENOUGH_BYTES = 256L << 20;
  private static final int MAX_BLOCKS = 40;

  /** Positions visible to the first token of the batch, including its own. */
  @Param({"512", "4096", "16384"})
  public int positions;

  /** The number format of the KV cache. */
  @Param public KvCacheType type;

  /** Tokens of the batch: one when decoding, many in prefill. */
  @Param("1")
  public int tokens;

  /** Threads that share the work. */
  @Param("2")
  public int threads;

  private WorkerPool pool;
  private KvMemory memory;
  private KvCache cache;
  private Attention attention;
  private int blocks;
  private KvCache[] caches;
  private int[] places;
  private int block;
  private float[] qkv;
  private float[] out;

  /** Fills the cache and checks a head against exact attention. */
  @Setup
  public void setUp() {
    int filled = positions - 1 + tokens;
    blocks = Math.clamp(ENOUGH_BYTES / (2L * type.bytes((long) KEYS * filled)), 1, MAX_BLOCKS);
    PhiConfig config = config(blocks, filled);
    pool = new WorkerPool(threads);
    memory = new KvMemory(() -> Long.MAX_VALUE);
    cache = new KvCache(config, new KvCache.Format(type, type), filled, memory);
    attention = new Attention(config, pool, KernelProvider.kernels());
    Random random = new Random(5);
    qkv = new float[tokens * STRIDE];
    for (int i = 0; i < qkv.length; i++) {
      qkv[i] = (float) random.nextGaussian();
    }
    out = new float[tokens * HEADS * HEAD_LENGTH];
    caches = new KvCache[tokens];
    Arrays.fill(caches, cache);
    places = new int[tokens];
    Arrays.setAll(places, token -> positions - 1 + token);
    float[] keys = new float[filled * KEYS]; // of the first block
    float[] values = new float[filled * KEYS];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (float) random.nextGaussian();
      values[i] = (float) random.nextGaussian();
    }
    float[] row = new float[2 * KEYS];
    cache.reserve(filled);
    for (int position = 0; position < filled; position++) {
      System.arraycopy(keys, position * KEYS, row, 0, KEYS);
      System.arraycopy(values, position * KEYS, row, KEYS, KEYS);
      for (int i = 0; i < blocks; i++) {
        cache.put(i, position, row, 0, KEYS);
      }
    }
    cache.advance(filled);
    attend();
    check(tokens - 1, HEADS - 1, keys, values);
  }

  private static PhiConfig config(int blocks, int contextLength) {
    return new PhiConfig(
        "phi3",
        PhiConfig.RopePairing.NEOX,
        contextLength,
        contextLength,
        HEADS * HEAD_LENGTH,
        17_920,
        blocks,
        HEADS,
        HEADS_KV,
        HEAD_LENGTH,
        HEAD_LENGTH,
        250_000,
        1,
        1,
        1e-5f,
        100_352);
  }

  /** softmax(q·Kᵀ / √d)·V in double precision; a cache of 16-bit floats is off by a thousandth. */
  private void check(int token, int head, float[] keys, float[] values) {
    int count = positions + token;
    int at = head / (HEADS / HEADS_KV) * HEAD_LENGTH;
    double[] expected = new double[HEAD_LENGTH];
    double sum = 0;
    for (int position = 0; position < count; position++) {
      double score = 0;
      for (int d = 0; d < HEAD_LENGTH; d++) {
        score +=
            (double) qkv[token * STRIDE + head * HEAD_LENGTH + d] * keys[position * KEYS + at + d];
      }
      double weight = Math.exp(score / Math.sqrt(HEAD_LENGTH));
      sum += weight;
      for (int d = 0; d < HEAD_LENGTH; d++) {
        expected[d] += weight * values[position * KEYS + at + d];
      }
    }
    double error = 0;
    double size = 0;
    for (int d = 0; d < HEAD_LENGTH; d++) {
      double found = out[(token * HEADS + head) * HEAD_LENGTH + d];
      error += Math.pow(found - expected[d] / sum, 2);
      size += Math.pow(expected[d] / sum, 2);
    }
    if (!(Math.sqrt(error / size) < 1e-2)) {
      throw new IllegalStateException(
          "head " + head + " is wrong by " + Math.sqrt(error / size) + " of its size");
    }
  }

  /** Stops the threads and frees the cache. */
  @TearDown
  public void tearDown() {
    pool.close();
    cache.close();
    memory.close();
  }

  /** One block. */
  @Benchmark
  public float[] attend() {
    attention.run(caches, places, tokens, block, qkv, out);
    block = (block + 1) % blocks;
    return out;
  }

  /** One block by the scalar kernels. */
  @Benchmark
  @Fork(
      value = 1,
      jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Dphi4j.kernels=scalar"})
  public float[] attendScalar() {
    return attend();
  }
}
