/** The command line of phi4j. */
@SuppressWarnings("requires-automatic") // jline carries no descriptor
module io.github.phi4j.cli {
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires java.management;
  requires io.github.phi4j;
  requires io.github.phi4j.eval;
  requires io.github.phi4j.hub;
  requires io.github.phi4j.server;
  requires jdk.management;
  requires org.jline;

  exports io.github.phi4j.cli;

  opens io.github.phi4j.cli to
      info.picocli;
}
