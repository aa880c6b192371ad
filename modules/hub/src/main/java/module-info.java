/** Downloads models from Hugging Face into its cache. */
module io.github.phi4j.hub {
  requires com.fasterxml.jackson.databind;
  requires java.net.http;

  exports io.github.phi4j.hub;
}
