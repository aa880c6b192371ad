package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed at random moments while saving a session and packing weights: no damaged file is
 * ever accepted, no lock remains, and the next process to do the same leaves nothing behind. The
 * system property {@code phi4j.crashes} is the number of kills.
 */
final class CrashTest {

  private static final int LENGTH = 500;

  @TempDir private Path directory;

  private final int crashes = Integer.getInteger("phi4j.crashes", 3);
  private final Random random = new Random();

  @Test
  void aCrashAtAnyMomentLeavesNoDamageAndNoFiles() throws Exception {
    Path model =
        RandomModel.phi4()
            .heads(16, 4, 32)
            .feedForward(2048)
            .layers(4)
            .contextLength(LENGTH + 12)
            .type(GgmlType.Q4_K)
            .write(directory.resolve("model.gguf"));
    Path folder = directory.resolve("files");
    Files.createDirectory(folder);
    Path saved = folder.resolve("saved");
    LoadOptions options = options(folder);
    long unfinished = 0;
    try (Generator generator = Phi4.load(model, options);
        Session session = generator.newSession()) {
      session.feed(tokens(LENGTH));
      session.save(directory.resolve("long"));
      session.rewind(LENGTH / 2);
      session.save(directory.resolve("short"));
      for (int i = 0; i < crashes; i++) {
        kill(model, folder, saved);
        unfinished += count(folder, ".unfinished");

        assertThat(Phi4.packedFile(model, options).state())
            .isIn(PackedFile.State.CURRENT, PackedFile.State.MISSING);
        if (Files.exists(saved)) {
          try (Session restored = generator.restore(saved)) {
            assertThat(restored.position()).isIn(LENGTH / 2, LENGTH);
          }
        }
        Files.deleteIfExists(Phi4.packedFile(model, options).path());
        session.save(saved);
        Phi4.pack(model, options);
        Phi4.verifyPacked(model, options);
        assertThat(count(folder, "")).as("remaining files").isEqualTo(3); // with the lock's
      }
    }
    System.out.println(
        crashes + " processes killed, which left " + unfinished + " unfinished files");
  }

  private static LoadOptions options(Path folder) {
    return LoadOptions.builder()
        .threads(2)
        .packedWeights(PackedWeights.OFF)
        .packedFolder(folder)
        .build();
  }

  private static int[] tokens(int count) {
    return new Random(1).ints(count, 0, 300).toArray();
  }

  private static long count(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).count();
    }
  }

  private void kill(Path model, Path folder, Path saved) throws Exception {
    Path output = directory.resolve("output.txt");
    Process process =
        ForkedJvm.start(
            Busy.class,
            directory,
            output,
            List.of("-XX:TieredStopAtLevel=1"),
            model.toString(),
            folder.toString(),
            saved.toString());
    try {
      while (!Files.readString(output).contains("begun")) {
        assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
        Thread.sleep(2);
      }
      Thread.sleep(random.nextInt(200));
    } finally {
      process.destroyForcibly().waitFor(); // SIGKILL
    }
  }

  /** Saves sessions and packs weights until it is killed. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] args) throws IOException {
      Path model = Path.of(args[0]);
      LoadOptions options = options(Path.of(args[1]));
      Path saved = Path.of(args[2]);
      Path folder = model.getParent();
      try (Generator generator = Phi4.load(model, options);
          Session first = generator.restore(folder.resolve("long"));
          Session second = generator.restore(folder.resolve("short"))) {
        System.out.println("begun");
        while (true) {
          first.save(saved);
          second.save(saved);
          Files.deleteIfExists(Phi4.pack(model, options).path());
        }
      }
    }
  }
}
