package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.kernel.BlockFormat;
import io.github.phi4j.internal.kernel.BlockFormats;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.testing.Allocations;
import io.github.phi4j.testing.RandomModel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The forward pass allocates nothing. */
final class AllocationTest {

  @TempDir private Path directory;

  static Stream<Arguments> cases() {
    Stream<Arguments> byType =
        BlockFormats.all().stream()
            .map(BlockFormat::type)
            .map(type -> Arguments.of(type, KvCacheType.F16, 1));
    return Stream.concat(
        byType,
        Stream.of(
            Arguments.of(GgmlType.F32, KvCacheType.F32, 1),
            Arguments.of(GgmlType.F32, KvCacheType.Q8_0, 1),
            Arguments.of(GgmlType.Q8_0, KvCacheType.F16, 5)));
  }

  /** The compilation of a call depends on the types seen there. */
  @Test
  void aMixOfTypesAllocatesNothingEither() {
    RandomModel random =
        RandomModel.phi4()
            .heads(4, 2, 64)
            .feedForward(256)
            .types(name ->
                switch (name) {
                  case "output.weight", "blk.0.ffn_down.weight" -> GgmlType.Q6_K;
                  case "blk.0.attn_qkv.weight", "blk.1.attn_qkv.weight" -> GgmlType.Q5_K;
                  case "blk.1.ffn_down.weight" -> GgmlType.Q8_0;
                  default -> GgmlType.Q4_K;
                });
    assertNoneAllocated(random, KvCacheType.F16, 1, PackedWeights.OFF);
  }

  @ParameterizedTest(name = "{0}, cache {1}, batches of {2}")
  @MethodSource("cases")
  void batchesAllocateNothingOnAnyThread(GgmlType type, KvCacheType cacheType, int batch) {
    RandomModel random = RandomModel.phi4().heads(4, 2, 64).feedForward(256).layers(1).type(type);
    assertNoneAllocated(random, cacheType, batch, PackedWeights.OFF);
  }

  @ParameterizedTest
  @CsvSource({
    "Q4_0, 5",
    "Q4_1, 5",
    "Q5_0, 5",
    "Q5_1, 5",
    "Q2_K, 5",
    "Q3_K, 5",
    "Q4_K, 5",
    "Q5_K, 5",
    "Q6_K, 5",
    "Q4_0, 12",
    "Q4_1, 12",
    "Q5_0, 12",
    "Q5_1, 12",
    "Q2_K, 12",
    "Q3_K, 12",
    "Q4_K, 12",
    "Q5_K, 12",
    "Q6_K, 12",
    "Q4_0, 1",
    "Q4_K, 1",
    "Q5_K, 1",
    "Q6_K, 1"
  })
  void packedWeightsAllocateNothingEither(GgmlType type, int batch) {
    RandomModel random = RandomModel.phi4().heads(4, 2, 64).feedForward(256).layers(1).type(type);
    assertNoneAllocated(random, KvCacheType.F16, batch, PackedWeights.MEMORY);
  }

  @Test
  void aMixOfPackedTypesAllocatesNothingEither() {
    RandomModel random =
        RandomModel.phi4()
            .heads(4, 2, 64)
            .feedForward(256)
            .types(name ->
                switch (name) {
                  case "output.weight", "blk.0.ffn_down.weight" -> GgmlType.Q6_K;
                  case "blk.0.attn_qkv.weight", "blk.1.attn_qkv.weight" -> GgmlType.Q5_K;
                  case "blk.1.ffn_down.weight" -> GgmlType.Q4_0;
                  default -> GgmlType.Q4_K;
                });
    assertNoneAllocated(random, KvCacheType.F16, 1, PackedWeights.MEMORY);
  }

  private void assertNoneAllocated(
      RandomModel random, KvCacheType cacheType, int batch, PackedWeights packed) {
    Path path = random.write(directory.resolve("random.gguf"));
    Set<Thread> others = Thread.getAllStackTraces().keySet();
    try (LoadedModel model = new LoadedModel(path, 2, KernelProvider.kernels(), packed);
        KvCache cache = model.newCache(cacheType, 64)) {
      Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
      threads.removeAll(others);
      threads.removeIf(thread -> !thread.getName().startsWith("phi4j-worker-"));
      assertThat(threads).hasSize(1);
      threads.add(Thread.currentThread());
      ForwardPass forward = model.forwardPass();
      int[] tokens = model.randomTokens(60, 1);
      Slice slice = new Slice(cache, () -> false);
      List<Slice> slices = List.of(slice);
      float[][] logits = model.newRows(1);

      Allocations.assertNoneAfterWarmUp(
          threads,
          () -> {
            cache.truncate(0);
            for (int i = 0; i < tokens.length; i += batch) {
              slice.set(tokens, i, batch, 1, logits, 0);
              forward.run(slices);
            }
          });
    }
  }
}
