/** Runs Microsoft's Phi-4 language models on the processor's own cores, in pure Java. */
@SuppressWarnings("requires-automatic") // jtokkit and jline carry no descriptor
module io.github.phi4j {
  requires jdk.incubator.vector;
  requires jtokkit;
  requires org.slf4j;

  // The command line only.
  requires static com.fasterxml.jackson.databind;
  requires static info.picocli;
  requires static org.jline;

  exports io.github.phi4j;
  exports io.github.phi4j.api;

  opens io.github.phi4j.cli to
      info.picocli;
}
