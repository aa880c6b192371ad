package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.testing.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which kernels a JVM gets. */
final class KernelProviderTest {

  @TempDir private Path directory;

  /** Or else all tests of kernels would compare the scalar ones with themselves. */
  @Test
  void theseTestsRunWithTheKernelsThatTheyAreMeantFor() {
    String width = System.getProperty(KernelProvider.PROPERTY, "");
    int bits =
        width.isEmpty() ? FloatVector.SPECIES_PREFERRED.vectorBitSize() : Integer.parseInt(width);

    assertThat(KernelProvider.kernels().name()).isEqualTo("vector-" + bits);
  }

  @Test
  void withoutFusedMultiplyAddNoVectorsAreUsed() {
    String printed =
        ForkedJvm.run(
            Chosen.class, directory, List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-UseFMA"));

    assertThat(printed).contains("no fused multiply-add", "chosen: scalar");
  }

  @Test
  void withItTheyAreAlsoWhereTheJvmInterpretsForLong() {
    String printed = ForkedJvm.run(Chosen.class, directory, List.of("-XX:CompileThreshold=100000"));

    assertThat(printed).contains("chosen: vector-");
  }

  /** Says what it got. */
  static final class Chosen {
    private Chosen() {}

    public static void main(String[] args) {
      System.out.println("chosen: " + KernelProvider.kernels().name());
    }
  }

  @Test
  void theScalarKernelsFuseAsTheJvmDoes() {
    Random random = new Random(5);
    for (int i = 0; i < 300_000; i++) {
      float a = number(random);
      float b = number(random);
      float c = i % 3 == 0 ? number(random) : -a * b * (1 + (i % 5 - 2) * 0x1p-24f);

      assertThat(Float.floatToIntBits(ScalarKernels.fma(a, b, c)))
          .as("%s * %s + %s", a, b, c)
          .isEqualTo(Float.floatToIntBits(Math.fma(a, b, c)));
    }
  }

  private static float number(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> Float.intBitsToFloat(random.nextInt()); // of every kind
      case 1 -> 0;
      default -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-40, 40)));
    };
  }
}
