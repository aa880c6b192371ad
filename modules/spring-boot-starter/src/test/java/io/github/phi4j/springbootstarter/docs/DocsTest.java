package io.github.phi4j.springbootstarter.docs;

import org.junit.jupiter.api.Test;

/** The program of docs/spring.md runs. */
final class DocsTest {

  @Test
  void chat() {
    String model = System.getProperty("phi4j.models") + "/phi4-tiny-Q8_0.gguf";
    ChatApplication.main(
        new String[] {
          "--spring.ai.phi4j.model=" + model, "--spring.ai.phi4j.chat.options.max-tokens=200"
        });
  }
}
