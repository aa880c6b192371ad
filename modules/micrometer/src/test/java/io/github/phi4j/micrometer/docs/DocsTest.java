package io.github.phi4j.micrometer.docs;

import org.junit.jupiter.api.Test;

/** The program of docs/metrics.md runs. */
final class DocsTest {

  @Test
  void metrics() {
    MetricsExample.main(new String[] {System.getProperty("phi4j.models") + "/phi4-tiny-Q8_0.gguf"});
  }
}
