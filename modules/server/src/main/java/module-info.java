/** An HTTP server with OpenAI's API and a chat page, in front of phi4j. */
@SuppressWarnings("requires-automatic") // micrometer has no module descriptor
module io.github.phi4j.server {
  requires com.fasterxml.jackson.databind;
  requires transitive io.github.phi4j;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.server;
  requires org.eclipse.jetty.util;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports io.github.phi4j.server;
}
