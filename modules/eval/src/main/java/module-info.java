/** Evaluation by repeated sampling, pivotal tokens and data recipes. */
module io.github.phi4j.eval {
  requires transitive io.github.phi4j;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.csv;
  requires com.fasterxml.jackson.dataformat.yaml;

  exports io.github.phi4j.eval;
  exports io.github.phi4j.eval.data;
  exports io.github.phi4j.eval.pivotal;
  exports io.github.phi4j.eval.synth;

  opens io.github.phi4j.eval to
      com.fasterxml.jackson.databind;
  opens io.github.phi4j.eval.pivotal to
      com.fasterxml.jackson.databind;
  opens io.github.phi4j.eval.synth to
      com.fasterxml.jackson.databind;
}
