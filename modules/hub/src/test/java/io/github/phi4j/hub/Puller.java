package io.github.phi4j.hub;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** A process that pulls a model. */
final class Puller {

  private static final ModelReference REFERENCE = ModelReference.parse("microsoft/phi-4-gguf");

  private Puller() {}

  /** Starts a process that pulls from a hub; its output is appended to a file. */
  static Process start(BadHub server, Path cache, Path output) throws IOException {
    File log = output.toFile();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Puller.class.getName(),
            server.uri().toString(),
            cache.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    ModelHub.builder(Map.of())
        .endpoint(URI.create(arguments[0]))
        .cache(Path.of(arguments[1]))
        .build()
        .pull(REFERENCE);
  }
}
