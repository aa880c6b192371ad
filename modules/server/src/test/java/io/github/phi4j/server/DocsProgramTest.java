package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.server.docs.EmbeddedServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Runs the program of docs/server.md. */
final class DocsProgramTest {

  @Test
  void theEmbeddedServerAnswers() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      EmbeddedServer.main(
          new String[] {
            Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf").toString()
          });
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(UTF_8)).contains("Answer: 72");
  }
}
