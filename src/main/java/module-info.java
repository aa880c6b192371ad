/** Runs Microsoft's Phi-4 language models on the processor's own cores, in pure Java. */
module io.github.phi4j {
  requires jdk.incubator.vector;
  requires org.slf4j;
  requires jtokkit;
  requires static info.picocli;

  exports io.github.phi4j;
  exports io.github.phi4j.api;
}
