package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.kernel.BlockFormat;
import io.github.phi4j.internal.kernel.BlockFormats;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.ScalarKernels;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomBlocks;
import io.github.phi4j.testing.RandomModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small random models, against a second, plain implementation in double precision. */
@ParameterizedClass
@MethodSource("kernels")
final class ForwardPassTest {

  /** Single precision, some hundred additions deep; logits are about 1. */
  private static final double ROUNDING = 3e-5;

  private static final int BORDER = 24;

  @Parameter private Kernels kernels;

  @TempDir private Path directory;

  static List<Named<Kernels>> kernels() {
    return Stream.of(new ScalarKernels(), KernelProvider.kernels())
        .map(kernels -> Named.of(kernels.name(), kernels))
        .toList();
  }

  private Path file() {
    return directory.resolve("random.gguf");
  }

  private LoadedModel load(RandomModel model, int threads) {
    return new LoadedModel(model.write(file()), threads, kernels);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, BORDER - 1, BORDER, BORDER + 1, 40, 130})
  void theMiniLayoutIsComputedWithOneSetOfFactorsThroughoutByItsLength(int length) {
    try (LoadedModel model = load(RandomModel.mini(), 2)) {
      int[] tokens = model.randomTokens(length, length);
      boolean longFactors = model.forwardPass().needsLongFactors(length);
      ReferenceModel reference = new ReferenceModel(model.file());

      assertThat(longFactors).isEqualTo(length > BORDER);
      assertClose(model.logits(tokens), reference.logits(tokens, longFactors), ROUNDING);
      if (length > 1) { // otherwise the sets give the same logits
        double other = difference(model.logits(tokens), reference.logits(tokens, !longFactors));
        assertThat(other).isGreaterThan(100 * ROUNDING);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothLayoutsGiveTheSameLogits(RandomModel.Layout layout) {
    RandomModel random = RandomModel.phi4().layers(3).layout(layout);
    try (LoadedModel model = load(random, 2)) {
      int[] tokens = model.randomTokens(33, 7);

      assertClose(
          model.logits(tokens), new ReferenceModel(model.file()).logits(tokens, false), ROUNDING);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PHI3, rope.scaling.factor,, 4",
    "PHI3, rope.scale_linear,, 2.5",
    "LLAMA, rope.scaling.factor, linear, 8",
    "LLAMA, rope.scale_linear, longrope, 0.5"
  })
  void positionsAreDividedByTheScalingFactor(
      RandomModel.Layout layout, String key, String type, double factor) {
    String prefix = layout.name().toLowerCase(Locale.ROOT) + ".";
    GgufWriter writer = RandomModel.phi4().layout(layout).writer().float32(prefix + key, factor);
    if (type != null) {
      writer.string(prefix + "rope.scaling.type", type);
    }
    float[][] unscaled;
    int[] tokens;
    try (LoadedModel model = load(RandomModel.phi4(), 2)) {
      tokens = model.randomTokens(33, 7);
      unscaled = model.logits(tokens);
    }
    try (LoadedModel model = new LoadedModel(writer.write(file()), 2, kernels)) {
      double[][] reference = new ReferenceModel(model.file()).logits(tokens, false);
      assertClose(model.logits(tokens), reference, ROUNDING);
      assertThat(difference(unscaled, reference)).isGreaterThan(100 * ROUNDING);
    }
    writer.string(prefix + "rope.scaling.type", "none");
    try (LoadedModel model = new LoadedModel(writer.write(file()), 2, kernels)) {
      assertThat(model.logits(tokens)[32]).containsExactly(unscaled[32], Offset.offset(1e-4f));
    }
  }

  @Test
  void factorsOfAnyLengthAreTakenInTheLlamaLayout() {
    float[] factors = new float[16];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 + i / 2f;
    }
    GgufWriter writer =
        RandomModel.phi4()
            .layout(RandomModel.Layout.LLAMA)
            .writer()
            .tensor("rope_freqs.weight", factors, factors.length);
    try (LoadedModel model = new LoadedModel(writer.write(file()), 2, kernels)) {
      int[] tokens = model.randomTokens(33, 7);
      assertClose(
          model.logits(tokens), new ReferenceModel(model.file()).logits(tokens, false), ROUNDING);
    }
  }

  @Test
  void theLlamaLayoutOfAMixedModelGivesTheLogitsOfTheFusedOne() {
    RandomModel random =
        RandomModel.phi4().heads(8, 2, 32).feedForward(512).types(ForwardPassTest::mixedType);
    float[][] fused;
    int[] tokens;
    try (LoadedModel model = load(random, 2)) {
      tokens = model.randomTokens(20, 3);
      fused = model.logits(tokens);
    }
    random.layout(RandomModel.Layout.LLAMA);
    try (LoadedModel model = load(random, 2)) {
      assertThat(model.config().pairing()).isEqualTo(PhiConfig.RopePairing.NORM);
      assertThat(model.file().tensors())
          .containsKeys("blk.0.attn_q.weight", "blk.1.ffn_gate.weight");
      float[][] split = model.logits(tokens);
      for (int t = 0; t < tokens.length; t++) {
        assertThat(split[t]).usingComparatorWithPrecision(1e-5f).containsExactly(fused[t]);
      }
    }
  }

  /** Types by tensor and layer, as in llama.cpp's K-quant mixes. */
  private static GgmlType mixedType(String tensor) {
    return switch (tensor) {
      case "token_embd.weight" -> GgmlType.Q4_K;
      case "output.weight" -> GgmlType.Q6_K;
      case "blk.0.ffn_down.weight" -> GgmlType.Q6_K;
      case "blk.1.ffn_down.weight" -> GgmlType.Q5_K;
      default -> tensor.endsWith("attn_qkv.weight") ? GgmlType.Q5_K : GgmlType.Q8_0;
    };
  }

  @Test
  void partsOfASplitProjectionMayHaveDifferentTypes() {
    Random random = new Random(5);
    GgufWriter writer =
        RandomModel.phi4()
            .heads(8, 2, 32)
            .feedForward(96)
            .layout(RandomModel.Layout.LLAMA)
            .writer();
    for (String part :
        List.of("attn_q Q4_K 256", "attn_k Q3_K 64", "attn_v Q6_K 64", "ffn_gate F16 96")) {
      String[] words = part.split(" ", -1);
      GgmlType type = GgmlType.valueOf(words[1]);
      int rows = Integer.parseInt(words[2]);
      byte[] data = RandomBlocks.of(type, rows, 256, 1.0 / 16, random);
      writer.tensor("blk.0." + words[0] + ".weight", type, data, 256, rows);
    }
    try (LoadedModel model = new LoadedModel(writer.write(file()), 3, kernels)) {
      int[] tokens = model.randomTokens(11, 4);

      assertClose(
          model.logits(tokens), new ReferenceModel(model.file()).logits(tokens, false), ROUNDING);
    }
  }

  static List<GgmlType> types() {
    return BlockFormats.all().stream().map(BlockFormat::type).toList();
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeIsComputedFromItsExactValues(GgmlType type) {
    RandomModel random = RandomModel.phi4().heads(4, 2, 64).feedForward(256).layers(1).type(type);
    try (LoadedModel model = load(random, 2)) {
      int[] tokens = model.randomTokens(9, type.id());

      assertClose(
          model.logits(tokens), new ReferenceModel(model.file()).logits(tokens, false), ROUNDING);
    }
  }

  /** Wrong kernels fail at lengths that are not multiples of their blocks. */
  @ParameterizedTest
  @ValueSource(ints = {2, 6, 10, 34})
  void oddWidthsAreComputedCompletely(int headLength) {
    RandomModel random =
        RandomModel.phi4().heads(3, 1, headLength).feedForward(headLength + 7).vocabulary(353);
    try (LoadedModel model = load(random, 3)) {
      int[] tokens = model.randomTokens(70, headLength);

      assertClose(
          model.logits(tokens), new ReferenceModel(model.file()).logits(tokens, false), ROUNDING);
    }
  }

  @ParameterizedTest
  @EnumSource
  void logitsDependNeitherOnBatchesNorOnThreads(KvCacheType type) {
    Path path =
        RandomModel.phi4()
            .heads(2, 1, 32)
            .types(name -> name.startsWith("blk.1") ? GgmlType.Q8_0 : GgmlType.F32)
            .write(file());
    int[] tokens;
    float[][] expected;
    try (LoadedModel model = new LoadedModel(path, 1, kernels)) {
      tokens = model.randomTokens(129, 9); // two pages of the cache and one position
      expected = model.logits(tokens, type, 128);
    }
    for (int threads : new int[] {1, 2, 3, 5}) {
      try (LoadedModel model = new LoadedModel(path, threads, kernels)) {
        for (int[] batches : new int[][] {{1}, {2}, {7}, {64}, {65}, {128}, {63, 1, 1, 63, 1}}) {
          float[][] logits = model.logits(tokens, type, batches);
          for (int t = 0; t < tokens.length; t++) {
            if (!Arrays.equals(logits[t], expected[t])) {
              throw new AssertionError(
                  String.format(
                      Locale.ROOT,
                      "other logits at %d with %d threads and batches of %s",
                      t,
                      threads,
                      Arrays.toString(batches)));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 128, 129})
  void aCacheIsCorrectAtPageBoundaries(int length) {
    try (LoadedModel model = load(RandomModel.phi4(), 2)) {
      int[] tokens = model.randomTokens(length, 21);
      double[][] reference = new ReferenceModel(model.file()).logits(tokens, false);

      assertClose(model.logits(tokens, KvCacheType.F32, 50), reference, ROUNDING);
      // Keys and values of 11 bits.
      assertClose(model.logits(tokens, KvCacheType.F16, 50), reference, 4e-3);
    }
  }

  @Test
  void aTruncatedCacheContinuesWithoutATrace() {
    try (LoadedModel model = load(RandomModel.phi4(), 2);
        KvCache cache = model.newCache(KvCacheType.F16, 100)) {
      int[] tokens = model.randomTokens(100, 1);
      List<float[]> expected = model.append(tokens, 0, 70, cache);
      for (int kept : new int[] {69, 64, 63, 1, 0}) {
        cache.truncate(kept);
        model.append(tokens, 75, 3, cache); // something else
        cache.truncate(kept);
        assertThat(cache.length()).isEqualTo(kept);
        List<float[]> again = model.append(tokens, kept, 70 - kept, cache);
        for (int i = kept; i < 70; i++) {
          assertThat(again.get(i - kept)).as("after %d of %d", i, kept).isEqualTo(expected.get(i));
        }
      }
    }
  }

  @Test
  void sequencesThatShareAPassGetTheSameBitsAsAlone() {
    RandomModel random =
        RandomModel.phi4()
            .heads(4, 2, 64)
            .feedForward(256)
            .types(name -> name.endsWith("down.weight") ? GgmlType.Q6_K : GgmlType.Q4_K);
    try (LoadedModel model = load(random, 2);
        KvCache first = model.newCache(KvCacheType.F16, 100);
        KvCache second = model.newCache(KvCacheType.F16, 100);
        KvCache third = model.newCache(KvCacheType.F32, 100)) {
      int[] a = model.randomTokens(80, 1);
      int[] b = model.randomTokens(80, 2);
      int[] c = model.randomTokens(80, 3);
      model.append(a, 0, 70, first);
      model.append(b, 0, 3, second);
      float[][] rowsOfA = model.newRows(2);
      float[][] rowsOfB = model.newRows(1);
      float[][] rowsOfC = model.newRows(66);

      model.run(
          slice(first, a, 70, 1, 1, rowsOfA, 1),
          slice(second, b, 3, 5, 1, rowsOfB, 0),
          slice(third, c, 0, 66, 66, rowsOfC, 0));
      assertThat(List.of(first.length(), second.length(), third.length()))
          .containsExactly(71, 8, 66);
      assertThat(rowsOfA[0]).containsOnly(0);
      assertThat(rowsOfA[1]).isEqualTo(model.logits(a, KvCacheType.F16, 256)[70]);
      assertThat(rowsOfB[0]).isEqualTo(model.logits(b, KvCacheType.F16, 256)[7]);
      float[][] alone = model.logits(c, KvCacheType.F32, 256);
      assertThat(rowsOfC).isDeepEqualTo(Arrays.copyOf(alone, 66));
    }
  }

  private static Slice slice(
      KvCache cache, int[] tokens, int from, int count, int rows, float[][] out, int outFrom) {
    Slice slice = new Slice(cache, () -> false);
    slice.set(tokens, from, count, rows, out, outFrom);
    return slice;
  }

  @Test
  void aCancelledSequenceDropsOutAndTheOthersContinue() {
    try (LoadedModel model = load(RandomModel.phi4(), 2);
        KvCache before = model.newCache(KvCacheType.F32, 100);
        KvCache cancelled = model.newCache(KvCacheType.F32, 100);
        KvCache after = model.newCache(KvCacheType.F32, 100)) {
      int[] tokens = model.randomTokens(40, 2);
      model.append(tokens, 0, 30, cancelled);
      float[][] expected = model.logits(tokens);
      float[][] rows = model.newRows(2);
      AtomicInteger asked = new AtomicInteger();
      Slice leaving = new Slice(cancelled, () -> asked.incrementAndGet() == 2);
      leaving.set(tokens, 30, 10, 1, model.newRows(1), 0);

      model.run(
          slice(before, tokens, 0, 3, 1, rows, 0), leaving, slice(after, tokens, 0, 9, 1, rows, 1));

      assertThat(leaving.computed()).isFalse();
      assertThat(cancelled.length()).isEqualTo(30);
      assertThat(rows[0]).isEqualTo(expected[2]);
      assertThat(rows[1]).isEqualTo(expected[8]);
      assertThat(after.length()).isEqualTo(9);
      assertThat(model.append(tokens, 30, 10, cancelled).getLast()).isEqualTo(expected[39]);
      assertThat(model.append(tokens, 9, 31, after).getLast()).isEqualTo(expected[39]);
    }
  }

  @Test
  void aSequenceWithoutRoomFailsAlone() {
    try (LoadedModel model = load(RandomModel.phi4(), 1);
        KvCache small = model.newCache(KvCacheType.F32, 2);
        KvCache large = model.newCache(KvCacheType.F32, 3)) {
      int[] tokens = {1, 2, 3};
      Slice tooMany = slice(small, tokens, 0, 3, 0, null, 0);
      Slice other = slice(large, tokens, 0, 3, 0, null, 0);
      model.forwardPass().run(List.of(tooMany, other));

      assertThat(tooMany.computed()).isFalse();
      assertThat(tooMany.failure()).isPresent();
      assertThat(other.computed()).isTrue();
      assertThat(small.length()).isZero();
    }
  }

  @Test
  void aPassRefusesMoreTokensThanItsBuffersHold() {
    try (LoadedModel model = load(RandomModel.phi4(), 1);
        KvCache first = model.newCache(KvCacheType.F32, 256);
        KvCache second = model.newCache(KvCacheType.F32, 256)) {
      int[] tokens = new int[ForwardPass.MAX_BATCH];
      List<Slice> slices =
          List.of(
              slice(first, tokens, 0, 256, 0, null, 0), slice(second, tokens, 0, 1, 0, null, 0));

      assertThatThrownBy(() -> model.forwardPass().run(slices))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("257 tokens");
      assertThat(first.length()).isZero();
    }
  }

  @Test
  void aCacheRefusesMoreThanItsCapacity() {
    try (LoadedModel model = load(RandomModel.phi4(), 1);
        KvCache cache = model.newCache(KvCacheType.F32, 10)) {
      model.append(model.randomTokens(10, 1), 0, 10, cache);

      assertThatThrownBy(() -> model.append(new int[] {1}, 0, 1, cache))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("11")
          .hasMessageContaining("10");
    }
  }

  private static void assertClose(float[][] logits, double[][] expected, double tolerance) {
    assertThat(difference(logits, expected)).isLessThan(tolerance);
  }

  private static double difference(float[][] logits, double[][] expected) {
    assertThat(logits).hasDimensions(expected.length, expected[0].length);
    double largest = 0;
    double sum = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double difference = Math.abs(logits[t][i] - expected[t][i]);
        largest = Double.isNaN(difference) ? Double.MAX_VALUE : Math.max(largest, difference);
        sum += Math.abs(expected[t][i]);
      }
    }
    assertThat(sum / expected.length / expected[0].length).as("a live model").isBetween(0.1, 10.0);
    return largest;
  }
}
