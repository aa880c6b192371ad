package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.KvLayout;
import io.github.phi4j.internal.kernel.ScalarKernels;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention, against the formula in double precision. */
final class AttentionTest {

  private final Random random = new Random(3);
  private final KvMemory memory = new KvMemory(() -> Long.MAX_VALUE);

  private static PhiConfig config(int heads, int headsKv, int headLength, int contextLength) {
    return new PhiConfig(
        "phi3",
        PhiConfig.RopePairing.NEOX,
        contextLength,
        contextLength,
        heads * headLength,
        64,
        1,
        heads,
        headsKv,
        headLength,
        headLength,
        10_000,
        1,
        1,
        1e-5f,
        300);
  }

  private float[] gaussian(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private KvCache filled(PhiConfig config, KvCache.Format format, int length) {
    KvCache cache = new KvCache(config, format, length, memory);
    cache.reserve(length);
    for (int position = 0; position < length; position++) {
      cache.put(0, position, gaussian(2 * config.keyValueLength()), 0, config.keyValueLength());
    }
    cache.advance(length);
    return cache;
  }

  /** Attends from tokens at the given positions. */
  private static float[] attend(
      PhiConfig config, Kernels kernels, int threads, KvCache[] caches, int[] at, float[] qkv) {
    float[] out = new float[at.length * config.queryLength()];
    try (WorkerPool pool = new WorkerPool(threads)) {
      new Attention(config, pool, kernels).run(caches, at, at.length, 0, qkv, out);
    }
    return out;
  }

  private static void assertExact(
      PhiConfig config, KvCache cache, int position, float[] q, int from, float[] out, int to) {
    int length = config.headLength();
    KvLayout keys = cache.keyLayout();
    KvLayout values = cache.valueLayout();
    for (int head = 0; head < config.headCount(); head++) {
      int kv = head / (config.headCount() / config.headCountKv());
      double[] expected = new double[length];
      double total = 0;
      for (int p = 0; p <= position; p++) {
        double score = 0;
        for (int d = 0; d < length; d++) {
          score +=
              (double) q[from + head * length + d]
                  * keys.key(cache.page(p / 64), cache.keys(0, kv), p % 64, d);
        }
        double weight = Math.exp(score / Math.sqrt(length));
        total += weight;
        for (int d = 0; d < length; d++) {
          expected[d] += weight * values.value(cache.page(p / 64), cache.values(0, kv), p % 64, d);
        }
      }
      for (int d = 0; d < length; d++) {
        double difference = Math.abs(out[to + head * length + d] - expected[d] / total);
        if (!(difference < 2e-5)) {
          throw new AssertionError("head " + head + " at " + position + " is off by " + difference);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4, 1, 128, F16, F16",
    "6, 2, 24, Q8_0, F16",
    "3, 1, 96, F16, Q8_0",
    "5, 1, 33, Q8_0, Q8_0",
    "2, 2, 2, F32, Q8_0",
    "8, 2, 32, F32, F32"
  })
  void isTheFormulaForEveryTypeAndOddWidths(
      int heads, int headsKv, int headLength, KvCacheType keyType, KvCacheType valueType) {
    int length = 1100; // chunks of 512, and a part of one
    PhiConfig config = config(heads, headsKv, headLength, length);
    KvCache cache = filled(config, new KvCache.Format(keyType, valueType), length);
    int stride = config.queryLength() + 2 * config.keyValueLength();
    int[] at =
        IntStream.concat(IntStream.of(0, 63, 64, 511, 512), IntStream.range(1015, 1100)).toArray();
    KvCache[] caches = new KvCache[at.length];
    Arrays.fill(caches, cache);
    float[] qkv = gaussian(at.length * stride);

    for (Kernels kernels : new Kernels[] {new ScalarKernels(), KernelProvider.kernels()}) {
      float[] out = attend(config, kernels, 2, caches, at, qkv);
      for (int t = 0; t < at.length; t += t < 6 ? 1 : 13) {
        assertExact(config, cache, at[t], qkv, t * stride, out, t * config.queryLength());
      }
      // The same bits for a single token, on threads that share its positions.
      for (int t : new int[] {0, 3, 4, 7, 20, at.length - 1}) {
        float[] alone =
            attend(
                config,
                kernels,
                5,
                new KvCache[] {cache},
                new int[] {at[t]},
                Arrays.copyOfRange(qkv, t * stride, (t + 1) * stride));
        int from = t * config.queryLength();
        assertThat(alone)
            .containsExactly(Arrays.copyOfRange(out, from, from + config.queryLength()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void reachesBackThroughAFullContextOfTheMiniModel(KvCacheType type) {
    int length = 131_072;
    PhiConfig config = config(3, 1, 32, length);
    KvCache cache = filled(config, new KvCache.Format(type, type), length);
    float[] q = gaussian(config.queryLength() + 2 * config.keyValueLength());
    float[] out =
        attend(
            config, KernelProvider.kernels(), 2, new KvCache[] {cache}, new int[] {length - 1}, q);

    assertExact(config, cache, length - 1, q, 0, out, 0);
  }

  /** Eight pairs of a block and a head; the buffer holds the sums of three. */
  @Test
  void aLongContextOfManyHeadsIsComputedInPartsWithTheSameBits() {
    int length = 8200; // 17 chunks
    int tokens = 20;
    PhiConfig config = config(64, 4, 2, length);
    KvCache.Format format = new KvCache.Format(KvCacheType.F32, KvCacheType.F32);
    KvCache cache = filled(config, format, length);
    int stride = config.queryLength() + 2 * config.keyValueLength();
    float[] qkv = gaussian(tokens * stride);
    KvCache[] caches = new KvCache[tokens];
    Arrays.fill(caches, cache);
    int[] at = IntStream.range(length - tokens, length).toArray();

    float[] shared = attend(config, KernelProvider.kernels(), 8, caches, at, qkv);
    float[] alone = attend(config, KernelProvider.kernels(), 1, caches, at, qkv);

    assertThat(shared).containsExactly(alone);
    for (int t : new int[] {0, tokens - 1}) {
      assertExact(config, cache, at[t], qkv, t * stride, shared, t * config.queryLength());
    }
  }

  @Test
  void sequencesOfOneBatchAreIndependent() {
    PhiConfig config = config(4, 2, 32, 200);
    KvCache.Format format = new KvCache.Format(KvCacheType.F16, KvCacheType.F16);
    KvCache one = filled(config, format, 200);
    KvCache other = filled(config, format, 200);
    int stride = config.queryLength() + 2 * config.keyValueLength();
    float[] qkv = gaussian(4 * stride);
    int[] at = {100, 101, 102, 150};
    KvCache[] caches = {one, one, other, other};

    float[] out = attend(config, KernelProvider.kernels(), 2, caches, at, qkv);

    for (int t = 0; t < 4; t++) {
      assertExact(config, caches[t], at[t], qkv, t * stride, out, t * config.queryLength());
    }
  }
}
