package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model file that is truncated while in use. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not truncate mapped files")
final class TruncatedFileTest {

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0} on {1} threads after {2} steps, {3} kernels")
  @CsvSource({
    "F32,  1, 0,   vector", // interpreted
    "Q8_0, 2, 150, scalar", // compiled, where faults surface late
    "Q4_K, 4, 150, vector"
  })
  void computationFailsAndLeavesThePoolAlive(
      GgmlType type, String threads, String steps, String kernels) {
    Path file =
        RandomModel.phi4()
            .heads(8, 2, 32)
            .feedForward(512)
            .type(type)
            .write(directory.resolve("cut.gguf"));
    List<String> options = kernels.equals("scalar") ? List.of("-Dphi4j.kernels=scalar") : List.of();

    String printed =
        ForkedJvm.run(Program.class, directory, options, file.toString(), threads, steps);

    assertThat(printed).contains("java.lang.InternalError", "the pool works", "closed");
  }

  /** Computes, truncates its file to a half, and continues. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws IOException {
      Path path = Path.of(args[0]);
      int steps = Integer.parseInt(args[2]);
      try (LoadedModel model =
              new LoadedModel(path, Integer.parseInt(args[1]), KernelProvider.kernels());
          KvCache cache = model.newCache(KvCacheType.F16, 16)) {
        for (int i = 0; i < steps; i++) {
          step(model, cache);
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
          file.setLength(file.length() / 2);
        }
        for (int i = 0; i < 3; i++) {
          try {
            step(model, cache);
            System.out.println("no fault in step " + i);
          } catch (InternalError e) {
            System.out.println("step " + i + ": " + e);
          }
        }
        int[] parts = new int[100];
        model.pool().run((part, worker) -> parts[part]++, parts.length);
        for (int runs : parts) {
          if (runs != 1) {
            throw new AssertionError("a part ran " + runs + " times");
          }
        }
        System.out.println("the pool works");
      }
      System.out.println("closed");
    }

    private static void step(LoadedModel model, KvCache cache) {
      cache.truncate(0);
      model.append(new int[] {1, 2, 3}, 0, 3, cache);
    }
  }
}
