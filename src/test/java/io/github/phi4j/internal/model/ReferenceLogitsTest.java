package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.ScalarKernels;
import io.github.phi4j.internal.storage.WeightPacking;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The logits of the trained tiny model, against exact ones and against llama.cpp's. */
final class ReferenceLogitsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Shared by several tests. */
  private static final Map<List<Object>, float[][]> COMPUTED = new ConcurrentHashMap<>();

  static Stream<Arguments> cases() {
    boolean forced = System.getProperty(KernelProvider.PROPERTY) != null;
    List<Kernels> all =
        forced
            ? List.of(KernelProvider.kernels())
            : List.of(new ScalarKernels(), KernelProvider.kernels());
    List<Arguments> cases = new ArrayList<>();
    for (Kernels kernels : all) {
      for (TinyModel model : TinyModel.values()) {
        for (KvCacheType type : List.of(KvCacheType.F32, KvCacheType.F16)) {
          cases.add(Arguments.of(kernels.name(), model, type, kernels));
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cases")
  void logitsAreAtLeastAsCloseToExactAsThoseOfLlamaCpp(
      String name, TinyModel tiny, KvCacheType type, Kernels kernels) throws IOException {
    float[][] logits = logits(tiny, type, kernels);
    float[][] exact = tiny.exactLogits();
    float[][] llama = tiny.llamaCppLogits();
    JsonNode noise = noise(tiny);
    double kl = 0;
    double largest = 0;
    for (int i = 0; i < exact.length; i++) {
      kl += divergence(exact[i], logits[i]) / exact.length;
      for (int j = 0; j < exact[i].length; j++) {
        largest = Math.max(largest, Math.abs(exact[i][j] - logits[i][j]));
      }
      if (gap(llama[i]) > noise.get("largestGapWhereTop1Differs").asDouble()) {
        assertThat(top(logits[i])).as("greedy choice at %d", i).isEqualTo(top(llama[i]));
      }
    }
    assertThat(kl).isLessThanOrEqualTo(1.2 * noise.get("meanKL").asDouble());
    if (type == KvCacheType.F32) {
      // The same weights in exact arithmetic on both sides: only rounding remains.
      assertThat(largest).isLessThan(1e-3);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("packedCases")
  void packedWeightsAreAtLeastAsCloseToExactAsLlamaCpp(String name, TinyModel tiny, Kernels kernels)
      throws IOException {
    float[][] logits = packedLogits(tiny, kernels);
    float[][] exact = tiny.exactLogits();
    JsonNode noise = noise(tiny);
    double kl = 0;
    for (int i = 0; i < exact.length; i++) {
      kl += divergence(exact[i], logits[i]) / exact.length;
      // Nearer ties may fall either way, as they do in llama.cpp.
      if (gap(exact[i]) > noise.get("maxAbsDiff").asDouble()) {
        assertThat(top(logits[i])).as("greedy choice at %d", i).isEqualTo(top(exact[i]));
      }
    }
    assertThat(kl).isLessThanOrEqualTo(1.2 * noise.get("meanKL").asDouble());
    // An unused packed copy would be suspiciously exact.
    assertThat(kl).isGreaterThan(0.01 * noise.get("meanKL").asDouble());
  }

  static Stream<Arguments> packedCases() {
    return Stream.of(new ScalarKernels(), KernelProvider.kernels())
        .flatMap(kernels ->
            Stream.of(TinyModel.Q4_K_M, TinyModel.Q6_K, TinyModel.Q4_0)
                .map(model -> Arguments.of(kernels.name(), model, kernels)));
  }

  @ParameterizedTest(name = "{0} packed {1}")
  @MethodSource("typesPlainAndPacked")
  void perplexityEqualsThatOfTheScalarPath(TinyModel tiny, PackedWeights packed)
      throws IOException {
    double scalar = loss(tiny, new ScalarKernels(), packed);
    double chosen = loss(tiny, KernelProvider.kernels(), packed);

    // The last bit of a float may flip the rounding of an activation to 8 bits, and few tokens do
    // not average that out.
    double rounding = packed == PackedWeights.OFF ? 1e-4 : 5e-3;
    assertThat(Math.exp(chosen - scalar)).isCloseTo(1, within(rounding));
  }

  static Stream<Arguments> typesPlainAndPacked() {
    return Stream.of(PackedWeights.OFF, PackedWeights.MEMORY)
        .flatMap(packed -> Stream.of(TinyModel.values()).map(tiny -> Arguments.of(tiny, packed)));
  }

  /**
   * Returns the mean negative log-likelihood of all tokens but the first ones: the log of the
   * perplexity.
   */
  private static double loss(TinyModel tiny, Kernels kernels, PackedWeights packed)
      throws IOException {
    float[][] logits =
        packed == PackedWeights.OFF
            ? logits(tiny, KvCacheType.F16, kernels)
            : packedLogits(tiny, kernels);
    double loss = 0;
    int count = 0;
    int row = 0;
    for (String line : TinyModel.text("prompts.jsonl").lines().toList()) {
      int[] ids = JSON.readValue(line, int[].class);
      for (int i = 1; i < ids.length; i++) {
        loss -= logSoftmax(logits[row + i - 1])[ids[i]];
        count++;
      }
      row += ids.length;
    }
    return loss / count;
  }

  private static float[][] logits(TinyModel tiny, KvCacheType type, Kernels kernels)
      throws IOException {
    // A long batch, a batch of one, and the rest.
    return logits(tiny, type, kernels, PackedWeights.OFF, 13, 1, Integer.MAX_VALUE);
  }

  private static float[][] packedLogits(TinyModel tiny, Kernels kernels) throws IOException {
    return logits(tiny, KvCacheType.F16, kernels, PackedWeights.MEMORY, 5, 1);
  }

  private static float[][] logits(
      TinyModel tiny, KvCacheType type, Kernels kernels, PackedWeights packed, int... batches)
      throws IOException {
    List<Object> key = List.of(tiny, type, kernels.name(), packed, Arrays.toString(batches));
    float[][] known = COMPUTED.get(key);
    if (known == null) {
      known = compute(tiny, type, kernels, packed, batches);
      COMPUTED.put(key, known);
    }
    return known;
  }

  private static float[][] compute(
      TinyModel tiny, KvCacheType type, Kernels kernels, PackedWeights packed, int... batches)
      throws IOException {
    List<float[]> rows = new ArrayList<>();
    try (Arena arena = Arena.ofShared();
        WorkerPool pool = new WorkerPool(2)) {
      GgufFile file = GgufFile.open(tiny.path(), arena);
      PhiConfig config = PhiConfig.read(file.metadata(), finding -> {});
      PhiWeights weights = PhiLoader.load(file, config);
      if (packed == PackedWeights.MEMORY) {
        weights = WeightPacking.of(weights).inMemory(pool, arena, (done, total) -> {});
      }
      ForwardPass forward = new ForwardPass(config, weights, pool, kernels, slow -> {});
      for (String line : TinyModel.text("prompts.jsonl").lines().toList()) {
        int[] ids = JSON.readValue(line, int[].class);
        try (KvCache cache =
            new KvCache(
                config, new KvCache.Format(type, type), 64, new KvMemory(() -> Long.MAX_VALUE))) {
          for (int from = 0, i = 0; from < ids.length; i++) {
            int count = Math.min(batches[i % batches.length], ids.length - from);
            rows.addAll(feed(forward, ids, from, count, cache));
            from += count;
          }
        }
      }
    }
    return rows.toArray(float[][]::new);
  }

  private static List<float[]> feed(
      ForwardPass forward, int[] ids, int from, int count, KvCache cache) {
    float[][] rows = new float[count][4096];
    Slice slice = new Slice(cache, () -> false);
    slice.set(ids, from, count, count, rows, 0);
    forward.run(List.of(slice));
    return List.of(rows);
  }

  private static JsonNode noise(TinyModel tiny) throws IOException {
    for (JsonNode entry : JSON.readTree(TinyModel.text("noise.json"))) {
      if (entry.get("type").asText().equals(tiny.name())) {
        return entry;
      }
    }
    throw new IllegalStateException("no noise for " + tiny);
  }

  /** Returns the Kullback-Leibler divergence of the logits' distributions. */
  private static double divergence(float[] exact, float[] other) {
    double[] p = logSoftmax(exact);
    double[] q = logSoftmax(other);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += Math.exp(p[i]) * (p[i] - q[i]);
    }
    return sum;
  }

  private static double[] logSoftmax(float[] logits) {
    double max = logits[top(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double[] out = new double[logits.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = logits[i] - max - Math.log(sum);
    }
    return out;
  }

  private static int top(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Returns the difference between the two largest logits. */
  private static double gap(float[] logits) {
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    return (double) sorted[sorted.length - 1] - sorted[sorted.length - 2];
  }
}
