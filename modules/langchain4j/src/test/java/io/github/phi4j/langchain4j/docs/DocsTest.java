package io.github.phi4j.langchain4j.docs;

import org.junit.jupiter.api.Test;

/** The programs of docs/langchain4j.md run. */
final class DocsTest {

  private static final String[] MODEL = {
    System.getProperty("phi4j.models") + "/phi4-tiny-Q8_0.gguf"
  };

  @Test
  void chat() {
    ChatExample.main(MODEL);
  }

  @Test
  void stream() {
    StreamExample.main(MODEL);
  }

  @Test
  void rag() {
    RagExample.main(MODEL);
  }
}
