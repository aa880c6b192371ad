package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed weights: that nothing is lost, and that every way to multiply them is the same. */
final class PackedMatrixTest {

  private static final Kernels SCALAR = new ScalarKernels();
  private static final Kernels VECTOR = KernelProvider.kernels();

  private static Matrix matrix(GgmlType type, int rows, int columns, byte[] data) {
    return new Matrix(
        BlockFormats.of(type).orElseThrow(), MemorySegment.ofArray(data), rows, columns);
  }

  private static Matrix random(GgmlType type, int rows, int columns) {
    byte[] data = RandomBlocks.of(type, rows, columns, 0.05, new Random(rows + columns));
    return PackedCopies.pack(matrix(type, rows, columns, data), Arena.ofAuto());
  }

  private static float[] activations(int length, IntToDoubleFunction value) {
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) value.applyAsDouble(i);
    }
    return x;
  }

  private static float[] gaussian(int length) {
    Random random = new Random(length);
    return activations(length, i -> random.nextGaussian());
  }

  private static Activations round(Kernels kernels, float[] x, int tokens) {
    return round(kernels, x, tokens, List.of());
  }

  private static Activations round(
      Kernels kernels, float[] x, int tokens, List<QuantLayout> layouts) {
    Activations batch = new Activations();
    batch.set(x, x.length / tokens, tokens);
    layouts.forEach(batch::prepareFor);
    batch.reserve();
    for (int t = 0; t < tokens; t++) { // from the last part to the first: none changes the next
      int end = batch.columns();
      while (end > 0) {
        int from = (end - 1) / PackedLayout.BLOCK * PackedLayout.BLOCK;
        kernels.quantize(batch, t, from, end);
        end = from;
      }
    }
    return batch;
  }

  private static float[] multiply(Kernels kernels, PackedMatrix w, float[] x) {
    return multiply(kernels, w, x, 1);
  }

  private static float[] multiply(Kernels kernels, PackedMatrix w, float[] x, int tokens) {
    Scratch scratch = kernels.newScratch(w.columns(), tokens);
    float[] y = new float[tokens * w.rows()];
    Activations rounded = round(kernels, x, tokens, List.of((QuantLayout) w.layout()));
    kernels.multiplyPacked(w, 0, w.rows(), rounded, y, 0, w.rows(), scratch);
    return y;
  }

  /** The types that are packed. */
  enum Type {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K;

    GgmlType ggml() {
      return GgmlType.valueOf(name());
    }
  }

  @ParameterizedTest
  @EnumSource
  void packingLosesNothing(Type type) {
    int rows = 32;
    int columns = 768;
    byte[] bits = new byte[Math.toIntExact(rows * type.ggml().rowBytes(columns))];
    new Random(3).nextBytes(bits); // scales of every kind among them
    Matrix w = PackedCopies.pack(matrix(type.ggml(), rows, columns, bits), Arena.ofAuto());
    PackedMatrix packed = w.packed().orElseThrow();
    QuantLayout layout = (QuantLayout) packed.layout();
    int[] words = new int[layout.scaleWords() + layout.quantWords()];
    QuantBlock block = new QuantBlock();
    float[] expected = new float[columns];
    for (int row = 0; row < rows; row++) {
      w.dequantizeRow(row, expected, 0);
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        packed.words(row, b, words);
        layout.decode(words, block);
        for (int c = 0; c < PackedLayout.BLOCK; c++) {
          float original = expected[b * PackedLayout.BLOCK + c];
          assertThat(Float.floatToIntBits(value(layout, block, c)))
              .as("row %d block %d column %d", row, b, c)
              .isEqualTo(Float.floatToIntBits(original));
        }
      }
    }
  }

  /** As the formats compute a number, rounding by rounding. */
  private static float value(QuantLayout layout, QuantBlock block, int c) {
    int j = c / layout.group();
    float scale = block.d[j] * block.scale[j];
    return layout.hasMinimums()
        ? scale * block.quants[c] - block.dMin[j] * block.min[j]
        : scale * (block.quants[c] - layout.bias());
  }

  @ParameterizedTest
  @EnumSource
  void vectorsGiveTheBitsOfTheSpecification(Type type) {
    for (int columns : new int[] {256, 512, 2816}) {
      for (int rows : new int[] {16, 17, 32, 47, 112}) {
        PackedMatrix w = random(type.ggml(), rows, columns).packed().orElseThrow();
        assertThat(w.rows()).isEqualTo(rows / 16 * 16);
        float[] x = gaussian(columns);
        assertThat(multiply(VECTOR, w, x)).isEqualTo(multiply(SCALAR, w, x));
      }
    }
  }

  /** From nine on, tokens are multiplied several at a time; fewer, one by one. */
  @ParameterizedTest
  @EnumSource
  void batchesGiveTheBitsOfTheirTokens(Type type) {
    for (int columns : new int[] {256, 768, 2816}) {
      for (int rows : new int[] {112, 16, 32, 80}) { // whole tiles of the vectors, and parts
        PackedMatrix w = random(type.ggml(), rows, columns).packed().orElseThrow();
        for (int tokens : new int[] {2, 4, 5, 6, 8, 9, 10, 11, 14}) {
          float[] x = gaussian(tokens * columns);
          float[] batch = multiply(VECTOR, w, x, tokens);
          assertThat(batch).isEqualTo(multiply(SCALAR, w, x, tokens));
          for (int t = 0; t < tokens; t++) {
            float[] token = Arrays.copyOfRange(x, t * columns, (t + 1) * columns);
            float[] expected = multiply(VECTOR, w, token);
            assertThat(Arrays.copyOfRange(batch, t * rows, (t + 1) * rows)).isEqualTo(expected);
          }
        }
      }
    }
  }

  /** Where 16-bit sums would run over if they could. */
  @ParameterizedTest
  @EnumSource
  void extremesGiveTheBitsOfTheSpecification(Type type) {
    int columns = 512;
    float[][] vectors = {
      activations(columns, i -> 1),
      activations(columns, i -> -1),
      activations(columns, i -> i % 2 == 0 ? 1 : -1),
      activations(columns, i -> i % 16 < 8 ? 1 : -1),
      activations(columns, i -> 0),
      activations(columns, i -> i < 256 ? 0 : 1e25),
      activations(columns, i -> i == 300 ? 1e-25 : 1e-38),
      activations(columns, i -> -0.0),
    };
    for (int filling : new int[] {0, 0xff, 0x0f, 0xf0, 0x55, 0x80, 0x7f}) {
      for (float d : new float[] {0, 1, -1, 0x1p-24f, -0x1p-24f, 65504}) {
        Matrix w = filled(type.ggml(), columns, filling, d);
        float[] all = new float[vectors.length * columns];
        for (int i = 0; i < vectors.length; i++) {
          System.arraycopy(vectors[i], 0, all, i * columns, columns);
        }
        PackedMatrix packed = w.packed().orElseThrow();
        assertThat(multiply(VECTOR, packed, all, vectors.length))
            .isEqualTo(multiply(SCALAR, packed, all, vectors.length));
        for (float[] x : vectors) {
          float[] expected = multiply(SCALAR, w.packed().orElseThrow(), x);
          assertThat(multiply(VECTOR, w.packed().orElseThrow(), x)).isEqualTo(expected);
          float[] exact = exact(w, round(SCALAR, x, 1));
          for (int r = 0; r < expected.length; r++) {
            double room = 1e-5 * Math.abs(d) * 64 * 64 * largest(x) * columns;
            assertThat((double) expected[r]).isCloseTo(exact[r], Offset.offset(room));
          }
        }
      }
    }
  }

  /** Blocks of equal bytes but for the scales. */
  private static Matrix filled(GgmlType type, int columns, int filling, float d) {
    int rows = 16;
    byte[] data = new byte[Math.toIntExact(rows * type.rowBytes(columns))];
    Arrays.fill(data, (byte) filling);
    short half = Float.floatToFloat16(d);
    for (int at = 0; at < data.length; at += type.blockBytes()) {
      int scale =
          at
              + switch (type) {
                case Q2_K -> 80;
                case Q3_K -> 108;
                case Q6_K -> 208;
                default -> 0;
              };
      put(data, scale, half);
      switch (type) {
        case Q4_1, Q5_1, Q2_K, Q4_K, Q5_K -> put(data, scale + 2, half);
        default -> {}
      }
    }
    return PackedCopies.pack(matrix(type, rows, columns, data), Arena.ofAuto());
  }

  private static void put(byte[] data, int at, short half) {
    data[at] = (byte) half;
    data[at + 1] = (byte) (half >> 8);
  }

  private static double largest(float[] x) {
    double largest = 0;
    for (float v : x) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  /** The product with the rounded activations, in double precision. */
  private static float[] exact(Matrix w, Activations x) {
    float[] y = new float[w.rows()];
    float[] row = new float[w.columns()];
    for (int r = 0; r < w.rows(); r++) {
      w.dequantizeRow(r, row, 0);
      double sum = 0;
      for (int c = 0; c < w.columns(); c++) {
        sum += (double) row[c] * x.groups(32).scales()[c / 32] * x.quant(0, c);
      }
      y[r] = (float) sum;
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheActivationsAreRounded(Type type) {
    Matrix w = random(type.ggml(), 64, 1024);
    float[] x = gaussian(1024);
    float[] y = multiply(VECTOR, w.packed().orElseThrow(), x);
    float[] exact = exact(w, round(VECTOR, x, 1));
    for (int r = 0; r < y.length; r++) {
      assertThat(y[r]).isCloseTo(exact[r], Offset.offset(1e-5f));
    }
  }

  @Test
  void activationsAreOffByHalfAStepAtMost() {
    float[] x = gaussian(1280);
    Activations rounded = round(VECTOR, x, 1);
    for (int i = 0; i < x.length; i++) {
      float step = rounded.groups(32).scales()[i / 32];
      assertThat(rounded.quant(0, i)).isBetween(-127, 127);
      assertThat(rounded.quant(0, i) * step).isCloseTo(x[i], Offset.offset(0.501f * step));
    }
  }

  @Test
  void vectorsRoundActivationsToTheBitsOfTheSpecification() {
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      double scale = Math.pow(10, random.nextInt(-40, 38));
      float[] x = activations(512, i -> random.nextGaussian() * scale);
      Activations expected = round(SCALAR, x, 2);
      Activations found = round(VECTOR, x, 2);
      assertThat(bits(found.pairs())).isEqualTo(bits(expected.pairs()));
      for (int length : new int[] {16, 32}) {
        GroupValues groups = expected.groups(length);
        assertThat(bits(found.groups(length).starts())).isEqualTo(bits(groups.starts()));
        assertThat(found.groups(length).scales()).isEqualTo(groups.scales());
        assertThat(found.groups(length).totals()).isEqualTo(groups.totals());
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  @Test
  void whatIsNoNumberStaysNone() {
    Matrix w = random(GgmlType.Q4_K, 16, 512);
    for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] x = gaussian(512);
      x[300] = none;
      for (Kernels kernels : List.of(SCALAR, VECTOR)) {
        assertThat(multiply(kernels, w.packed().orElseThrow(), x)).containsOnly(Float.NaN);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowDependsNeitherOnThreadsNorOnItsNeighboursNorOnTheBatch(Type type) {
    int columns = 512;
    Matrix first = random(type.ggml(), 1000, columns); // eight rows beyond whole tiles
    Matrix second = random(type.ggml(), 80, columns);
    List<Matrix> stack = List.of(first, second);
    int rows = first.rows() + second.rows();
    float[] x = gaussian(2 * columns);
    float[] expected = multiply(stack, x, 2, rows, 1);
    for (int threads = 2; threads <= 5; threads++) {
      assertThat(multiply(stack, x, 2, rows, threads)).isEqualTo(expected);
    }
    for (int t = 0; t < 2; t++) {
      float[] token = Arrays.copyOfRange(x, t * columns, (t + 1) * columns);
      float[] alone = Arrays.copyOfRange(expected, t * rows, (t + 1) * rows);
      assertThat(multiply(stack, token, 1, rows, 2)).isEqualTo(alone);
      float[] tiles = Arrays.copyOf(alone, 992);
      assertThat(multiply(VECTOR, first.packed().orElseThrow(), token)).isEqualTo(tiles);
      float[] rest = new float[8];
      Scratch scratch = VECTOR.newScratch(columns, 1);
      VECTOR.multiply(first, 992, 8, token, 1, rest, 0, 8, scratch);
      assertThat(Arrays.copyOfRange(alone, 992, 1000)).isEqualTo(rest);
    }
  }

  private static float[] multiply(
      List<Matrix> stack, float[] x, int tokens, int rows, int threads) {
    float[] first = new float[tokens * rows];
    float[] second = new float[tokens * rows];
    try (WorkerPool pool = new WorkerPool(threads)) {
      MatMul matMul = new MatMul(pool, VECTOR, x.length / tokens, tokens);
      matMul.multiply(stack, x, tokens, first); // by one thread, while kernels are not compiled
      matMul.multiply(stack, x, tokens, second);
    }
    assertThat(second).isEqualTo(first);
    return second;
  }

  @Test
  void oneProductAfterTheOtherTakesAnyTypesShapesAndBatches() {
    try (WorkerPool pool = new WorkerPool(2)) {
      MatMul matMul = new MatMul(pool, VECTOR, 2816, 14);
      for (int columns : new int[] {512, 2816, 256}) {
        List<Matrix> stack =
            List.of(
                random(GgmlType.Q4_K, 80, columns),
                random(GgmlType.Q6_K, 16, columns),
                random(GgmlType.Q3_K, 48, columns),
                random(GgmlType.Q5_0, 64, columns),
                random(GgmlType.Q6_K, 32, columns));
        for (int tokens : new int[] {1, 5, 14, 3, 4, 9, 11, 2}) {
          float[] x = gaussian(tokens * columns);
          float[] y = new float[tokens * 240];
          matMul.multiply(stack, x, tokens, y);
          int to = 0;
          for (Matrix w : stack) {
            float[] expected = multiply(SCALAR, w.packed().orElseThrow(), x, tokens);
            for (int t = 0; t < tokens; t++) {
              assertThat(Arrays.copyOfRange(y, t * 240 + to, t * 240 + to + w.rows()))
                  .isEqualTo(Arrays.copyOfRange(expected, t * w.rows(), (t + 1) * w.rows()));
            }
            to += w.rows();
          }
        }
      }
    }
  }

  @Test
  void whatCannotBePackedIsLeftAsItIs() {
    assertThat(random(GgmlType.Q4_K, 15, 512).packed()).isEmpty();
    assertThat(random(GgmlType.Q4_0, 64, 288).packed()).isEmpty();
  }

  @Test
  void wrongSizesAreRefused() {
    PackedMatrix w = random(GgmlType.Q4_K, 16, 256).packed().orElseThrow();
    assertThatThrownBy(() -> new PackedMatrix(w.layout(), w.data(), 32, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 packed rows of 256 Q4_K numbers");
    assertThatThrownBy(() -> round(SCALAR, new float[48], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("48 columns");
  }
}
