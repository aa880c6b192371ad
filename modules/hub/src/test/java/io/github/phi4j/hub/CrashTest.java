package io.github.phi4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed at random moments of a download: a file in the cache is complete or absent, and
 * the next pull leaves only the model. The system property {@code phi4j.crashes} is the number of
 * kills.
 */
final class CrashTest {

  private static final String NAME = "phi-4-Q4_K_M.gguf";
  private static final ModelReference REFERENCE = ModelReference.parse("microsoft/phi-4-gguf");
  private static final int BYTES = 3_000_000;

  @TempDir private Path folder;

  private final int crashes = Integer.getInteger("phi4j.crashes", 3);
  private final Random random = new Random();

  @Test
  void aKilledDownloadNeverLeavesADamagedModel() throws Exception {
    byte[] content = new byte[BYTES];
    random.nextBytes(content);
    int whole = 0;
    int cut = 0;
    try (BadHub server = new BadHub().file(NAME, content)) {
      ModelHub hub =
          ModelHub.builder(Map.of()).endpoint(server.uri()).cache(cache("cache")).build();
      for (int i = 0; i < crashes; i++) {
        server.then(BadHub.slow());
        kill(server);
        server.forget();
        if (Files.exists(blobs()) && files(blobs(), ".incomplete") > 0) {
          cut++;
        }
        for (CachedModel model : hub.list()) {
          assertThat(model.file()).hasBinaryContent(content);
          whole++;
        }

        CachedModel model = hub.pull(REFERENCE);
        assertThat(model.file()).hasBinaryContent(content);
        assertThat(files(blobs(), "")).as("files left").isEqualTo(1);
        assertThat(files(cache("cache").resolve(home() + "/refs"), "")).isEqualTo(1);
        hub.remove(model);
      }
    }
    System.out.printf("%d downloads killed: %d cut, %d whole%n", crashes, cut, whole);
  }

  private Path cache(String name) {
    return folder.resolve(name);
  }

  private static String home() {
    return "models--microsoft--phi-4-gguf";
  }

  private Path blobs() {
    return cache("cache").resolve(home()).resolve("blobs");
  }

  private static long files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).count();
    }
  }

  /** Kills a process at a random moment after one of its requests: branches, files, content. */
  private void kill(BadHub server) throws Exception {
    int requests = server.seen.size() + 1 + random.nextInt(3);
    Path output = folder.resolve("output.txt");
    Process process = Puller.start(server, cache("cache"), output);
    try {
      while (server.seen.size() < requests) {
        assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
        Thread.sleep(1);
      }
      Thread.sleep(random.nextInt(300));
    } finally {
      process.destroyForcibly().waitFor(); // SIGKILL
    }
  }
}
