package io.github.phi4j.cli;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.server.Phi4Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code phi4 serve}: serves a model over HTTP. */
@Command(
    name = "serve",
    description = "Serves a model over HTTP: OpenAI's API, Ollama's, and a chat page at /.",
    footer = {
      "",
      "Sampling options are defaults for requests. Instead of the defaults above, those of "
          + "llama.cpp's server apply: --temp 0.8 --top-k 40 --top-p 0.95 --min-p 0.05.",
      "On SIGTERM or Ctrl-C, running answers may finish within the time limit of --drain.",
      "",
      "Examples:",
      "  phi4 serve -m phi-4-Q4_K_M.gguf",
      "  phi4 serve -hf microsoft/phi-4-gguf --port 0 -c 8192 -np 4",
      "  phi4 serve --host 0.0.0.0 --api-key-file keys.txt"
    })
final class ServeCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin private ModelOption model;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to listen on; 0.0.0.0 is all of this machine's. Default: 127.0.0.1.")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on; 0 picks a free one. Default: 8080.")
  private int port = 8080;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "API key that requests must have. Repeatable.")
  private List<String> keys = List.of();

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description =
          "File with one API key per line, which keeps keys out of the process list; lines that "
              + "begin with # are comments.")
  private Path keyFile;

  @Option(
      names = {"-a", "--alias"},
      paramLabel = "NAME",
      split = ",",
      description = "Name of the model for clients. Repeatable. Default: the file name.")
  private List<String> names = List.of();

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      description = "Concurrent answers. Default: 8.")
  private int parallel = 8;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description =
          "Maximum number of waiting requests; further ones get status 503. Default: " + "256.")
  private int queue = 256;

  @Option(
      names = {"-to", "--timeout"},
      paramLabel = "S",
      description = "Time limit for an answer in seconds. Default: 3600.")
  private int timeout = 3600;

  @Option(
      names = "--drain",
      paramLabel = "S",
      description = "Time limit in seconds for running answers at shutdown. Default: 30.")
  private int drain = 30;

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description = "Host name of the server, besides localhost. Repeatable.")
  private List<String> hosts = List.of();

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "Origin of web pages that may use the server, such as https://chat.example, besides "
              + "its own and localhost's. Repeatable.")
  private List<String> origins = List.of();

  @Option(
      names = {"-n", "--predict", "--n-predict"},
      paramLabel = "N",
      description = "Default for the maximum number of tokens; -1 is no limit.")
  private int maxTokens = -1;

  @Mixin private ComputeOptions compute;
  @Mixin private ReasoningOptions reasoning;
  @Mixin private SamplingOptions sampling;
  @Mixin private SpeculationOptions speculation;

  ServeCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    LoadOptions loadOptions =
        UsageException.check(
            () -> compute.loadOptions().maxSequences(parallel).maxWaiting(queue).build());
    GenerationOptions.Builder defaults =
        UsageException.check(() ->
            GenerationOptions.builder()
                .maxTokens(maxTokens == -1 ? Integer.MAX_VALUE : maxTokens)
                .reasoning(reasoning.reasoning())
                .sampling(
                    sampling.sampling(
                        Sampling.builder()
                            .temperature(0.8f)
                            .topK(40)
                            .topP(0.95f)
                            .minP(0.05f)
                            .build())));
    List<String> allKeys = keys();
    Path file = model.file(environment);
    try (Generator generator = environment.models().load(file, loadOptions);
        Draft draft = speculation.open(environment, compute)) {
      GenerationOptions options = defaults.speculation(draft.speculation()).build();
      Phi4Server.Builder builder =
          UsageException.check(() -> builder(generator, file, options, allKeys));
      warn(allKeys);
      serve(builder);
      return 0;
    }
  }

  private Phi4Server.Builder builder(
      Generator generator, Path file, GenerationOptions options, List<String> allKeys) {
    Phi4Server.Builder builder =
        Phi4Server.builder(generator)
            .host(host)
            .port(port)
            .apiKeys(allKeys)
            .modelNames(names.isEmpty() ? List.of(name(file)) : names)
            .defaults(options)
            .maxRequests(parallel + queue)
            .answerTime(Duration.ofSeconds(timeout))
            .drain(Duration.ofSeconds(drain));
    hosts.forEach(builder::allowHost);
    origins.forEach(builder::allowOrigin);
    return builder;
  }

  /** Returns a file name without its extension. */
  private static String name(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
  }

  private List<String> keys() throws IOException {
    List<String> all = new ArrayList<>(keys);
    if (keyFile != null) {
      TextFile.lines(keyFile).stream().filter(line -> !line.startsWith("#")).forEach(all::add);
      if (all.isEmpty()) {
        throw new UsageException(keyFile + " has no key");
      }
    }
    return all;
  }

  /** Warns if the server listens beyond this machine. */
  private void warn(List<String> allKeys) {
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        environment.note(
            "listening beyond this machine"
                + (allKeys.isEmpty()
                    ? "without an API key: everyone who can reach it can use it"
                    : "; keys and texts are sent unencrypted, unless a proxy adds TLS"));
      }
    } catch (UnknownHostException e) {
      throw new UsageException("--host " + host + " is not an address of this machine");
    }
  }

  private void serve(Phi4Server.Builder builder) throws IOException {
    CountDownLatch done = new CountDownLatch(1);
    Phi4Server server = builder.start();
    try {
      Thread hook =
          new Thread(
              () -> {
                server.close();
                await(done);
              },
              "phi4-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      environment.out().println("listening on " + server.uri());
      environment.out().flush();
      server.awaitClose();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.close();
      done.countDown();
    }
  }

  private static void await(CountDownLatch done) {
    try {
      done.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
