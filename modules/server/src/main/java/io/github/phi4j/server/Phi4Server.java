package io.github.phi4j.server;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Sampling;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server in front of a {@link Generator}, for clients of OpenAI's API, of llama.cpp's and
 * of Ollama's, with a chat page at its root.
 *
 * <pre>{@code
 * try (Generator phi4 = Phi4.load(Path.of("phi-4-Q4_K_M.gguf"));
 *     Phi4Server server = Phi4Server.builder(phi4).port(8080).start()) {
 *   System.out.println("listening on " + server.uri());
 *   server.awaitClose();
 * }
 * }</pre>
 *
 * <p>By default it listens only on loopback. Web pages of other origins cannot use it. Concurrent
 * requests share the generator's forward passes; beyond {@link Builder#maxRequests(int)}, they get
 * status 503 with {@code Retry-After}.
 *
 * <p>The caller owns the generator: close it after the server. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Phi4Server implements AutoCloseable {

  private final Settings settings;
  private final Load load;
  private final Server server;
  private final ServerConnector connector;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Phi4Server(Generator generator, Settings settings) {
    this.settings = settings;
    load = new Load(settings.maxRequests());
    Serving serving =
        new Serving(generator, settings, load, new Metrics(generator, load, settings.modelName()));
    QueuedThreadPool threads = new QueuedThreadPool(16);
    threads.setName("phi4-http");
    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setHttpCompliance(HttpCompliance.RFC9110);
    http.setIdleTimeout(settings.stallTime().toMillis());
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.stallTime().toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(settings.maxConnections(), connector));
    SlowConnections slow =
        new SlowConnections(new Gate(serving, routes(serving)), settings.requestTime());
    connector.addBean(slow);
    server.setHandler(slow);
    server.setErrorHandler(new HttpErrors());
  }

  private static Route.Table routes(Serving serving) {
    Route.Table routes =
        new Route.Table()
            .post("/v1/chat/completions", new ChatCompletions(serving))
            .post("/v1/completions", new Completions(serving))
            .post("/v1/responses", new Responses(serving))
            .post("/v1/embeddings", new Embeddings(serving))
            .get("/metrics", serving.metrics());
    new ModelRoutes(serving).addTo(routes);
    new Ollama(serving).addTo(routes);
    ChatPage.addTo(routes);
    return routes;
  }

  /**
   * Returns a builder of a server for a model.
   *
   * @param generator the model; the caller closes it, after the server
   * @return a builder
   */
  public static Builder builder(Generator generator) {
    return new Builder(generator);
  }

  private Phi4Server start() throws IOException {
    try {
      server.start();
      return this;
    } catch (Exception e) {
      close();
      throw new IOException(
          "cannot listen on " + settings.host() + ":" + settings.port() + ": " + reason(e), e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** {@return the port that the server listens on} */
  public int port() {
    return connector.getLocalPort();
  }

  /** {@return the address to reach the server at, such as {@code http://127.0.0.1:8080}} */
  public URI uri() {
    String host = settings.host();
    return URI.create(
        "http://"
            + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host)
            + ":"
            + port());
  }

  /**
   * Waits until the server is closed by another thread.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitClose() throws InterruptedException {
    server.join();
  }

  /**
   * Refuses new requests, waits up to {@link Builder#drain(Duration)} for running ones, cancels the
   * rest, and stops listening. Closing twice is harmless.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    connector.close();
    if (!load.drain(settings.drain())) {
      load.interrupt();
    }
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not stop: " + e.getMessage(), e);
    }
  }

  /** Collects the settings of a server. Not thread-safe. */
  public static final class Builder {
    private final Generator generator;
    private String host = "127.0.0.1";
    private int port = 8080;
    private List<String> modelNames;
    private final List<byte[]> keyDigests = new ArrayList<>();
    private final Set<String> allowedHosts = new HashSet<>();
    private final Set<String> allowedOrigins = new HashSet<>();
    private GenerationOptions defaults =
        GenerationOptions.builder()
            .sampling(Sampling.builder().temperature(0.8f).topK(40).topP(0.95f).minP(0.05f).build())
            .build();
    private int maxRequests = 256;
    private long maxBodyBytes = 32L << 20;
    private int maxMessages = 4096;
    private int maxConnections = 4096;
    private Duration requestTime = Duration.ofSeconds(30);
    private Duration answerTime = Duration.ofHours(1);
    private Duration stallTime = Duration.ofSeconds(60);
    private Duration heartbeat = Duration.ofSeconds(5);
    private Duration drain = Duration.ofSeconds(30);

    private Builder(Generator generator) {
      this.generator = Objects.requireNonNull(generator, "generator");
      modelNames = List.of(generator.info().name());
    }

    /**
     * Sets the address to listen on. Beyond loopback, everyone who can reach the machine can use
     * the model: set an {@linkplain #apiKeys API key} and use a reverse proxy with TLS.
     *
     * @param host a name or an address of this machine, 127.0.0.1 by default; 0.0.0.0 is all
     *     addresses
     * @return this builder
     */
    public Builder host(String host) {
      this.host = Objects.requireNonNull(host, "host");
      return this;
    }

    /**
     * Sets the port.
     *
     * @param port from 0 (picks a free one) to 65,535; 8080 by default
     * @return this builder
     * @throws IllegalArgumentException if the number is out of range
     */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
      }
      this.port = port;
      return this;
    }

    /**
     * Sets the names of the model in requests.
     *
     * @param names at least one, the first is used in answers; the model's own by default
     * @return this builder
     * @throws IllegalArgumentException if there is no name, or one is blank
     */
    public Builder modelNames(Collection<String> names) {
      if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException("a model needs names that are not blank: " + names);
      }
      modelNames = List.copyOf(names);
      return this;
    }

    /**
     * Sets the names of the model in requests.
     *
     * @param names at least one, the first is used in answers; the model's own by default
     * @return this builder
     * @throws IllegalArgumentException if there is no name, or one is blank
     */
    public Builder modelNames(String... names) {
      return modelNames(Arrays.asList(names));
    }

    /**
     * Sets the accepted API keys; each request needs one, as {@code Authorization: Bearer KEY},
     * except for the page and {@code /health}.
     *
     * @param keys the keys; without any, everyone who can reach the server can use it
     * @return this builder
     * @throws IllegalArgumentException if a key is blank
     */
    public Builder apiKeys(Collection<String> keys) {
      keyDigests.clear();
      for (String key : keys) {
        if (key.isBlank()) {
          throw new IllegalArgumentException("an API key must not be blank");
        }
        keyDigests.add(ApiKeys.digest(key.strip()));
      }
      return this;
    }

    /**
     * Sets the accepted API keys; each request needs one, as {@code Authorization: Bearer KEY},
     * except for the page and {@code /health}.
     *
     * @param keys the keys; without any, everyone who can reach the server can use it
     * @return this builder
     * @throws IllegalArgumentException if a key is blank
     */
    public Builder apiKeys(String... keys) {
      return apiKeys(Arrays.asList(keys));
    }

    /**
     * Adds a host name of the server, besides those of loopback and, beyond loopback, IP addresses.
     * Requests for other names are refused, as a protection against DNS rebinding.
     *
     * @param name a host name without a port, or {@code *} for all
     * @return this builder
     */
    public Builder allowHost(String name) {
      allowedHosts.add(name.toLowerCase(Locale.ROOT));
      return this;
    }

    /**
     * Adds an origin of web pages that may use the server, besides its own and loopback's.
     *
     * @param origin such as {@code https://chat.example}, or {@code *} for all
     * @return this builder
     */
    public Builder allowOrigin(String origin) {
      allowedOrigins.add(origin.toLowerCase(Locale.ROOT));
      return this;
    }

    /**
     * Sets the default options of requests.
     *
     * @param defaults the options; by default those of llama.cpp's server: temperature 0.8, top-k
     *     40, top-p 0.95, min-p 0.05
     * @return this builder
     */
    public Builder defaults(GenerationOptions defaults) {
      this.defaults = Objects.requireNonNull(defaults, "defaults");
      return this;
    }

    /**
     * Sets the maximum number of running and waiting requests.
     *
     * @param requests at least 1; 256 by default
     * @return this builder
     */
    public Builder maxRequests(int requests) {
      maxRequests = positive("max requests", requests);
      return this;
    }

    /**
     * Sets the maximum size of request bodies.
     *
     * @param bytes at least 1; 32 MiB by default
     * @return this builder
     */
    public Builder maxBodyBytes(int bytes) {
      maxBodyBytes = positive("max body bytes", bytes);
      return this;
    }

    /**
     * Sets the maximum number of messages in a conversation.
     *
     * @param messages at least 1; 4,096 by default
     * @return this builder
     */
    public Builder maxMessages(int messages) {
      maxMessages = positive("max messages", messages);
      return this;
    }

    /**
     * Sets the maximum number of connections; further ones are accepted only when one ends.
     *
     * @param connections at least 1; 4,096 by default
     * @return this builder
     */
    public Builder maxConnections(int connections) {
      maxConnections = positive("max connections", connections);
      return this;
    }

    /**
     * Sets the time limit for receiving the headers of a request, and for its body.
     *
     * @param time above 0; 30 seconds by default
     * @return this builder
     */
    public Builder requestTime(Duration time) {
      requestTime = positive("request time", time);
      return this;
    }

    /**
     * Sets the time limit of a generation, which then ends with the text so far and the finish
     * reason {@code length}.
     *
     * @param time above 0; an hour by default
     * @return this builder
     */
    public Builder answerTime(Duration time) {
      answerTime = positive("answer time", time);
      return this;
    }

    /**
     * Sets the time after which a client that does not read its answer, or an idle connection, is
     * disconnected.
     *
     * @param time above 0; a minute by default
     * @return this builder
     */
    public Builder stallTime(Duration time) {
      stallTime = positive("stall time", time);
      return this;
    }

    /**
     * Sets the interval of heartbeats: comments in streams, white space before other answers.
     *
     * @param time above 0; 5 seconds by default
     * @return this builder
     */
    public Builder heartbeat(Duration time) {
      heartbeat = positive("heartbeat", time);
      return this;
    }

    /**
     * Sets the time that {@link Phi4Server#close()} waits for running requests.
     *
     * @param time 0 or above; 30 seconds by default
     * @return this builder
     */
    public Builder drain(Duration time) {
      if (time.isNegative()) {
        throw new IllegalArgumentException("drain must not be negative: " + time);
      }
      drain = time;
      return this;
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, not " + value);
      }
      return value;
    }

    private static Duration positive(String name, Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(name + " must be above 0, not " + value);
      }
      return value;
    }

    /**
     * Starts the server.
     *
     * @return the running server; the caller closes it
     * @throws IOException if it cannot listen; the message has address and reason
     */
    public Phi4Server start() throws IOException {
      Settings settings =
          new Settings(
              host,
              port,
              modelNames,
              List.copyOf(keyDigests),
              Set.copyOf(allowedHosts),
              Set.copyOf(allowedOrigins),
              defaults,
              maxRequests,
              maxBodyBytes,
              maxMessages,
              maxConnections,
              requestTime,
              answerTime,
              stallTime,
              heartbeat,
              drain);
      return new Phi4Server(generator, settings).start();
    }
  }
}
