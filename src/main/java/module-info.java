/** Runs Microsoft's Phi-4 language models on the CPU, in pure Java. */
@SuppressWarnings("requires-automatic") // jtokkit carries no descriptor
module io.github.phi4j {
  requires jdk.incubator.vector;
  requires jtokkit;
  requires jdk.jfr;
  requires jdk.management;
  requires org.slf4j;

  // Annotations alone.
  requires static org.jspecify;

  // For typed answers only.
  requires static com.fasterxml.jackson.databind;

  exports io.github.phi4j;
  exports io.github.phi4j.api;
  exports io.github.phi4j.json;
}
