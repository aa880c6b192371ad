package io.github.phi4j.micrometer.docs;

import org.junit.jupiter.api.Test;

/** The programs of docs/metrics.md run. */
final class DocsTest {

  private static final String[] MODEL = {
    System.getProperty("phi4j.models") + "/phi4-tiny-Q8_0.gguf"
  };

  @Test
  void metrics() {
    MetricsExample.main(MODEL);
  }

  @Test
  void traces() {
    TraceExample.main(MODEL);
  }
}
