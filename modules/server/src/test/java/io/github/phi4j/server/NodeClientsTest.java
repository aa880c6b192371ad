package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** OpenAI's and Ollama's clients for Node, if they are installed. */
final class NodeClientsTest {

  private static final Path FOLDER = Path.of("src", "test", "clients");

  @Test
  void theOfficialClientsWork() throws Exception {
    Assumptions.assumeTrue(
        Files.isDirectory(FOLDER.resolve("node_modules")),
        "the clients are not installed: run 'npm install' in modules/server/src/test/clients");
    try (TestServer server = TestServer.start()) {
      Process node =
          new ProcessBuilder("node", "clients.mjs", server.server.uri().toString())
              .directory(FOLDER.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(node.getInputStream().readAllBytes(), UTF_8);

      assertThat(node.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(node.exitValue()).as(output).isZero();
    }
  }
}
