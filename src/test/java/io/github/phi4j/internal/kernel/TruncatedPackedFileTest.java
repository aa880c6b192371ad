package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomBlocks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a program whose packed weights are a file that is cut short. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cuts no file short that is mapped")
final class TruncatedPackedFileTest {

  @TempDir private Path directory;

  @ParameterizedTest(name = "after {0} products")
  @CsvSource({"0", "1500"}) // interpreted, compiled
  void multiplyingOnGivesAnError(String products) {
    String printed = ForkedJvm.run(Program.class, directory, List.of(), products);

    for (GgmlType type : Program.TYPES) {
      for (int tokens : new int[] {1, 4}) {
        assertThat(printed).contains(type + " " + tokens + ": java.lang.InternalError");
      }
    }
    assertThat(printed).contains("the end");
  }

  /** Multiplies, cuts the file, and goes on, for each type, with a token and with a batch. */
  static final class Program {
    static final List<GgmlType> TYPES =
        List.of(
            GgmlType.Q4_0,
            GgmlType.Q4_1,
            GgmlType.Q5_0,
            GgmlType.Q5_1,
            GgmlType.Q2_K,
            GgmlType.Q3_K,
            GgmlType.Q4_K,
            GgmlType.Q5_K,
            GgmlType.Q6_K);

    private static final int ROWS = 64;
    private static final int COLUMNS = 4096; // a tile's scales are more than a page

    private Program() {}

    public static void main(String[] args) throws IOException {
      int products = Integer.parseInt(args[0]);
      try (Arena arena = Arena.ofShared();
          WorkerPool pool = new WorkerPool(2)) {
        MatMul matMul = new MatMul(pool, KernelProvider.kernels(), COLUMNS, 4);
        for (GgmlType type : TYPES) {
          for (int tokens : new int[] {1, 4}) {
            multiply(matMul, type, tokens, products, arena);
          }
        }
      }
      System.out.println("the end");
    }

    private static void multiply(
        MatMul matMul, GgmlType type, int tokens, int products, Arena arena) throws IOException {
      Path file = Path.of("packed-" + type + tokens);
      List<Matrix> weights = List.of(mapped(type, file, arena));
      float[] x = new float[tokens * COLUMNS];
      Arrays.fill(x, 1);
      float[] y = new float[tokens * ROWS];
      for (int i = 0; i < products; i++) {
        matMul.multiply(weights, x, tokens, y);
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(100);
      }
      try {
        matMul.multiply(weights, x, tokens, y);
      } catch (InternalError e) {
        System.out.println(type + " " + tokens + ": " + e);
      }
    }

    private static Matrix mapped(GgmlType type, Path file, Arena arena) throws IOException {
      byte[] blocks = RandomBlocks.of(type, ROWS, COLUMNS, 0.05, new Random(1));
      BlockFormat format = BlockFormats.of(type).orElseThrow();
      Matrix w =
          PackedCopies.pack(
              new Matrix(format, MemorySegment.ofArray(blocks), ROWS, COLUMNS), arena);
      PackedMatrix packed = w.packed().orElseThrow();
      Files.write(file, packed.data().toArray(ValueLayout.JAVA_BYTE));
      try (FileChannel channel = FileChannel.open(file)) {
        MemorySegment data = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        return new Matrix(
            format,
            w.data(),
            ROWS,
            COLUMNS,
            Optional.of(new PackedMatrix(packed.layout(), data, ROWS, COLUMNS)));
      }
    }
  }
}
