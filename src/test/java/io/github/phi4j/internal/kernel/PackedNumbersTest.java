package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Packed weights of the types whose products round nothing: the bits of the weights as they are.
 */
final class PackedNumbersTest {

  private static final Kernels SCALAR = new ScalarKernels();
  private static final Kernels VECTOR = KernelProvider.kernels();

  private static WorkerPool pool;

  @BeforeAll
  static void startThreads() {
    pool = new WorkerPool(2);
  }

  @AfterAll
  static void stopThreads() {
    pool.close();
  }

  /** The types that are packed so. */
  enum Type {
    F32,
    F16,
    BF16,
    Q8_0,
    IQ4_NL,
    IQ4_XS;

    GgmlType ggml() {
      return GgmlType.valueOf(name());
    }
  }

  private static Matrix matrix(Type type, int rows, int columns, byte[] data) {
    return new Matrix(
        BlockFormats.of(type.ggml()).orElseThrow(), MemorySegment.ofArray(data), rows, columns);
  }

  private static Matrix random(Type type, int rows, int columns) {
    Random random = new Random(rows + columns);
    return matrix(type, rows, columns, RandomBlocks.of(type.ggml(), rows, columns, 0.05, random));
  }

  private static float[] gaussian(int length) {
    Random random = new Random(length);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static float[] multiply(Kernels kernels, List<Matrix> stack, float[] x, int tokens) {
    int rows = stack.stream().mapToInt(Matrix::rows).sum();
    float[] y = new float[tokens * rows];
    new MatMul(pool, kernels, x.length / tokens, tokens).multiply(stack, x, tokens, y);
    return y;
  }

  @ParameterizedTest
  @EnumSource
  void packedRowsGiveTheBitsOfUnpackedOnes(Type type) {
    for (int columns : new int[] {256, 2816}) {
      for (int rows : new int[] {17, 79, 144}) {
        Matrix w = random(type, rows, columns);
        List<Matrix> packed = List.of(PackedCopies.pack(w, Arena.ofAuto()));
        assertThat(packed.getFirst().packed().orElseThrow().rows()).isEqualTo(rows / 16 * 16);
        for (int tokens : new int[] {1, 2, 3, 9}) {
          float[] x = gaussian(tokens * columns);
          assertThat(multiply(VECTOR, packed, x, tokens))
              .as("%d rows of %d, %d tokens", rows, columns, tokens)
              .isEqualTo(multiply(VECTOR, List.of(w), x, tokens));
        }
        float[] x = gaussian(2 * columns);
        assertThat(multiply(SCALAR, packed, x, 2)).isEqualTo(multiply(SCALAR, List.of(w), x, 2));
      }
    }
  }

  /** Random bits are numbers of every size; where one is infinite or none, so is the sum. */
  @ParameterizedTest
  @EnumSource
  void extremesGiveTheBitsOfUnpackedRows(Type type) {
    int columns = 256;
    int rows = 256;
    byte[] bits = new byte[Math.toIntExact(rows * type.ggml().rowBytes(columns))];
    new Random(5).nextBytes(bits);
    Matrix w = matrix(type, rows, columns, bits);
    List<Matrix> packed = List.of(PackedCopies.pack(w, Arena.ofAuto()));
    for (float size : new float[] {0, -0.0f, 1e-40f, 1e-30f, 1, 1e30f}) {
      for (int tokens = 1; tokens <= 3; tokens += 2) {
        float[] x = gaussian(tokens * columns);
        for (int i = 0; i < x.length; i++) {
          x[i] *= size;
        }
        float[] expected = multiply(VECTOR, List.of(w), x, tokens);
        float[] actual = multiply(VECTOR, packed, x, tokens);
        for (int i = 0; i < expected.length; i++) {
          if (Float.isFinite(expected[i])) {
            assertThat(actual[i]).isEqualTo(expected[i]);
          } else {
            assertThat(actual[i]).satisfies(y -> assertThat(Float.isFinite(y)).isFalse());
          }
        }
      }
    }
  }

  @Test
  void typesOfBothKindsStandOnTopOfEachOther() {
    int columns = 512;
    float[] x = gaussian(2 * columns);
    Matrix rounding =
        PackedCopies.pack(
            new Matrix(
                BlockFormats.of(GgmlType.Q4_K).orElseThrow(),
                MemorySegment.ofArray(
                    RandomBlocks.of(GgmlType.Q4_K, 80, columns, 0.05, new Random(1))),
                80,
                columns),
            Arena.ofAuto());
    Matrix exact = PackedCopies.pack(random(Type.Q8_0, 40, columns), Arena.ofAuto());
    Matrix plain = PackedCopies.pack(random(Type.F16, 8, columns), Arena.ofAuto());
    float[] y = multiply(VECTOR, List.of(rounding, exact, plain), x, 2);
    for (int t = 0; t < 2; t++) {
      float[] token = Arrays.copyOfRange(x, t * columns, (t + 1) * columns);
      float[] row = Arrays.copyOfRange(y, t * 128, (t + 1) * 128);
      assertThat(Arrays.copyOf(row, 80)).isEqualTo(multiply(VECTOR, List.of(rounding), token, 1));
      assertThat(Arrays.copyOfRange(row, 80, 120))
          .isEqualTo(multiply(VECTOR, List.of(exact), token, 1));
      assertThat(Arrays.copyOfRange(row, 120, 128))
          .isEqualTo(multiply(VECTOR, List.of(plain), token, 1));
    }
  }
}
