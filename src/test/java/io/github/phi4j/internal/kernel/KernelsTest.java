package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.testing.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels that this JVM chose, against the scalar ones that specify them. */
final class KernelsTest {

  private static final Kernels SCALAR = new ScalarKernels();
  private static final Kernels CHOSEN = KernelProvider.kernels();

  private final Random random = new Random(11);

  static List<BlockFormat> formats() {
    return BlockFormats.all();
  }

  private float[] gaussian(int length, float scale) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian() * scale;
    }
    return numbers;
  }

  /** Each number within a share of the largest expected one. */
  private static void assertClose(float[] actual, float[] expected, double share) {
    double largest = 0;
    for (float number : expected) {
      largest = Math.max(largest, Math.abs(number));
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      assertThat(difference <= share * largest)
          .as("number %d of %d: %s instead of %s", i, expected.length, actual[i], expected[i])
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 15, 16, 17, 63, 64, 65, 256, 1021, 5120})
  void normsOfAnyLength(int length) {
    for (float scale : new float[] {1e-30f, 1e-6f, 1, 1e6f, 1e20f, 1e30f}) {
      float[] x = gaussian(length + 3, scale);
      float[] weight = gaussian(length, 1);
      float[] expected = new float[length + 5];
      float[] actual = new float[length + 5];
      SCALAR.rmsNorm(x, 3, weight, 1e-5f, expected, 5);
      CHOSEN.rmsNorm(x, 3, weight, 1e-5f, actual, 5);
      assertClose(actual, expected, 2e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 15, 16, 17, 33, 768, 1021})
  void gatedUnitsOfAnyLength(int length) {
    float[] gateUp = gaussian(2 * length + 1, 4);
    gateUp[1] = 200; // beyond where exp overflows and vanishes
    if (length > 2) {
      gateUp[2] = -200;
      gateUp[3] = 0;
    }
    float[] expected = new float[length + 2];
    float[] actual = new float[length + 2];
    SCALAR.swiGlu(gateUp, 1, 1 + length, length, expected, 2);
    CHOSEN.swiGlu(gateUp, 1, 1 + length, length, actual, 2);
    assertClose(actual, expected, 1e-6);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 15, 16, 17, 63, 64, 65, 1021})
  void probabilitiesOfAnyLength(int length) {
    for (float scale : new float[] {0, 1, 30, 1000}) {
      float[] expected = gaussian(length + 4, scale);
      float[] actual = expected.clone();
      float most = SCALAR.max(expected, 3, length);
      assertThat(CHOSEN.max(actual, 3, length)).isEqualTo(most);
      float sum = SCALAR.exponentials(expected, 3, length, most);
      assertThat(CHOSEN.exponentials(actual, 3, length, most)).isCloseTo(sum, within(2e-6f * sum));
      assertClose(actual, expected, 2e-6);
    }
  }

  @Test
  void sumsOfAnyLength() {
    for (int length : new int[] {0, 1, 17, 100}) {
      float[] x = gaussian(length + 1, 1);
      float[] y = gaussian(length + 2, 1);
      float[] actual = x.clone();
      SCALAR.add(x, 1, y, 2, length);
      CHOSEN.add(actual, 1, y, 2, length);
      assertThat(actual).containsExactly(x);
    }
  }

  static Stream<Arguments> queries() {
    int[][] shapes = {
      {128, 4}, {128, 3}, {96, 3}, {32, 1}, {32, 5}, {64, 8}, {80, 4}, {24, 2}, {33, 7}, {2, 1},
      {128, 32}, {40, 13}
    };
    return Stream.of(shapes)
        .flatMap(shape ->
            Stream.of(KvCacheType.values())
                .map(type -> Arguments.of(new KvLayout(shape[0], type), shape[1])));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void attentionOverAnyPartOfAPage(KvLayout layout, int queries) {
    int headLength = layout.headLength();
    int row = layout.rowLength();
    try (Arena arena = Arena.ofConfined()) {
      long at = 64;
      MemorySegment keys = arena.allocate(layout.headBytes() + at, 64);
      MemorySegment values = arena.allocate(layout.headBytes() + at, 64);
      for (int slot = 0; slot < KvLayout.PAGE_LENGTH; slot++) {
        layout.storeKey(keys, at, slot, gaussian(headLength, slot == 5 ? 1e-6f : 3), 0);
        layout.storeValue(values, at, slot, gaussian(headLength, slot == 6 ? 1e-6f : 3), 0);
      }
      float[] q = gaussian(queries * headLength + 1, 2);
      int rows = Math.ceilDiv(queries, Kernels.QUERY_BLOCK) * Kernels.QUERY_BLOCK;
      float[] plain = new float[rows * headLength];
      float[] arranged = filled(rows * headLength, Float.NaN);
      for (int i = 0; i < queries; i++) {
        SCALAR.arrange(layout, q, 1 + i * headLength, plain, i);
        CHOSEN.arrange(layout, q, 1 + i * headLength, arranged, i);
      }
      float[] expected = new float[rows * Kernels.CHUNK];
      SCALAR.scores(layout, keys, at, KvLayout.PAGE_LENGTH, plain, queries, 0.1f, expected, 64);
      for (int count : new int[] {1, 2, 15, 16, 17, 31, 32, 33, 63, 64}) {
        float[] actual = filled(rows * Kernels.CHUNK, Float.NaN);
        CHOSEN.scores(layout, keys, at, count, arranged, queries, 0.1f, actual, 64);
        float[] probabilities = filled(rows * Kernels.CHUNK, Float.NaN);
        System.arraycopy(
            gaussian(queries * Kernels.CHUNK, 0.1f), 0, probabilities, 0, queries * Kernels.CHUNK);
        float[] out = gaussian(queries * row + 2, 1);
        float[] chosenOut = out.clone();
        float[] scaled = probabilities.clone();
        SCALAR.accumulate(layout, values, at, count, probabilities.clone(), 64, queries, out, 2);
        CHOSEN.accumulate(layout, values, at, count, scaled, 64, queries, chosenOut, 2);
        for (int i = 0; i < queries; i++) {
          int from = i * Kernels.CHUNK + 64;
          float[] page = Arrays.copyOfRange(expected, from, from + KvLayout.PAGE_LENGTH);
          System.arraycopy(actual, from, page, 0, count); // of few alone, terms may cancel out
          assertClose(page, Arrays.copyOfRange(expected, from, from + KvLayout.PAGE_LENGTH), 1e-5);
          assertOutsideThePage(actual, filled(Kernels.CHUNK, Float.NaN), i);
          assertOutsideThePage(
              scaled,
              Arrays.copyOfRange(probabilities, i * Kernels.CHUNK, (i + 1) * Kernels.CHUNK),
              i);
          int to = 2 + i * row;
          assertClose(
              Arrays.copyOfRange(chosenOut, to, to + headLength),
              Arrays.copyOfRange(out, to, to + headLength),
              1e-5);
        }
      }
    }
  }

  private static float[] filled(int length, float number) {
    float[] numbers = new float[length];
    Arrays.fill(numbers, number);
    return numbers;
  }

  /** A query's row but for the page at 64. */
  private static void assertOutsideThePage(float[] actual, float[] expected, int query) {
    int from = query * Kernels.CHUNK;
    int end = 64 + KvLayout.PAGE_LENGTH;
    assertThat(Arrays.copyOfRange(actual, from, from + 64)).isEqualTo(Arrays.copyOf(expected, 64));
    assertThat(Arrays.copyOfRange(actual, from + end, from + Kernels.CHUNK))
        .isEqualTo(Arrays.copyOfRange(expected, end, Kernels.CHUNK));
  }

  /** Slots beyond the last may hold anything, in the pair of the last, too. */
  @ParameterizedTest
  @EnumSource
  void whatFollowsTheLastPositionHasNoEffect(KvCacheType type) {
    KvLayout layout = new KvLayout(32, type);
    MemorySegment values = MemorySegment.ofArray(new byte[Math.toIntExact(layout.headBytes())]);
    layout.storeValue(values, 0, 0, filled(32, 127), 0); // of scale 1
    for (int slot = 1; slot < KvLayout.PAGE_LENGTH; slot++) {
      layout.storeValue(values, 0, slot, filled(32, Float.NaN), 0);
    }
    float[] probabilities = filled(Kernels.QUERY_BLOCK * Kernels.CHUNK, Float.NaN);
    probabilities[0] = 0.5f;
    float[] out = new float[32];

    CHOSEN.accumulate(layout, values, 0, 1, probabilities, 0, 1, out, 0);

    assertClose(out, filled(32, 63.5f), 1e-5);
  }

  /** The block quantized by hand: scale 127 / 127, halves rounded away from zero as ggml does. */
  @Test
  void eightBitNumbersAreRoundedAsGgmlRoundsThem() {
    KvLayout layout = new KvLayout(40, KvCacheType.Q8_0);
    MemorySegment page = MemorySegment.ofArray(new byte[Math.toIntExact(layout.headBytes())]);
    float[] numbers = new float[40];
    numbers[0] = 127;
    numbers[1] = -3.25f;
    numbers[2] = 0.75f;
    numbers[32] = 254; // a block of its own, of scale 2
    numbers[33] = 3.1f;
    layout.storeValue(page, 0, 40, numbers, 0);
    float[] expected = {127, -3, 1, 0};
    for (int d = 0; d < expected.length; d++) {
      assertThat(layout.value(page, 0, 40, d)).isEqualTo(expected[d]);
    }
    page.fill((byte) 0);
    layout.storeKey(page, 0, 41, numbers, 0);
    for (int d = 0; d < expected.length; d++) {
      assertThat(layout.key(page, 0, 41, d)).isEqualTo(expected[d]);
    }
    assertThat(layout.key(page, 0, 41, 32)).isEqualTo(254);
    assertThat(layout.key(page, 0, 41, 33)).isEqualTo(4);
  }

  @Test
  void valuesBeyondTheRangeOfHalvesStayFinite() {
    KvLayout layout = new KvLayout(32, KvCacheType.F16);
    MemorySegment page = MemorySegment.ofArray(new byte[Math.toIntExact(layout.headBytes())]);
    float[] key = new float[32];
    key[0] = 1e6f;
    key[1] = -1e6f;
    layout.storeKey(page, 0, 3, key, 0);
    assertThat(layout.key(page, 0, 3, 0)).isEqualTo(65_504);
    assertThat(layout.key(page, 0, 3, 1)).isEqualTo(-65_504);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void productsOfAnyShape(BlockFormat format) {
    int block = format.type().blockLength();
    int[] columnCounts = block == 1 ? new int[] {1, 17, 1023, 1025} : new int[] {block, 5 * block};
    for (int columns : columnCounts) {
      for (int rows : new int[] {1, 3, 4, 7, 37}) {
        byte[] blocks = RandomBlocks.of(format.type(), rows, columns, 0.5, random);
        Matrix w = new Matrix(format, MemorySegment.ofArray(blocks), rows, columns);
        for (int tokens : new int[] {1, 2, 3, 4, 5, 9, 13}) {
          checkProduct(w, tokens);
        }
      }
    }
  }

  private void checkProduct(Matrix w, int tokens) {
    int columns = w.columns();
    int first = w.rows() > 3 ? 2 : 0;
    int rows = w.rows() - first;
    float[] x = gaussian(tokens * columns, 1);
    int stride = rows + 3;
    float[] expected = new float[tokens * stride];
    float[] actual = new float[tokens * stride];
    SCALAR.multiply(w, first, rows, x, tokens, expected, 1, stride, scratch(SCALAR, w, tokens));
    CHOSEN.multiply(w, first, rows, x, tokens, actual, 1, stride, scratch(CHOSEN, w, tokens));
    assertClose(actual, expected, 1e-5);
    // A token's result is the same bits alone and in a batch, a row's alone and among others.
    float[] single = new float[stride];
    Scratch scratch = scratch(CHOSEN, w, tokens);
    for (int t = 0; t < tokens; t++) {
      float[] token = Arrays.copyOfRange(x, t * columns, (t + 1) * columns);
      for (int r = 0; r < rows; r++) {
        CHOSEN.multiply(w, first + r, 1, token, 1, single, r, stride, scratch);
        assertThat(single[r]).isEqualTo(actual[t * stride + 1 + r]);
      }
    }
  }

  private static Scratch scratch(Kernels kernels, Matrix w, int tokens) {
    return kernels.newScratch(w.columns(), tokens);
  }
}
