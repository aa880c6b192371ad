package io.github.phi4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Downloads models from Hugging Face, or another hub with its API, into Hugging Face's cache, which
 * it shares with other tools.
 *
 * <p>Interrupted downloads resume. A file gets its name only once its SHA-256 matches the hub's.
 * The token is sent only to the hub's origin. If several processes pull a model, one downloads each
 * file and the others wait. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ModelHub {

  private final URI endpoint;
  private final Optional<String> token;
  private final boolean offline;
  private final Duration patience;
  private final Duration firstPause;
  private final HubCache cache;

  private ModelHub(Builder builder) {
    endpoint = builder.endpoint;
    token = builder.token;
    offline = builder.offline;
    patience = builder.patience;
    firstPause = builder.firstPause;
    cache = new HubCache(builder.cache, builder.links);
  }

  /**
   * Creates a hub from environment variables: {@code HF_ENDPOINT}, {@code HF_TOKEN} or the token
   * stored by Hugging Face's tools, {@code HF_HUB_OFFLINE}, and, for the cache, the first of {@code
   * LLAMA_CACHE}, {@code HF_HUB_CACHE}, {@code HUGGINGFACE_HUB_CACHE}, {@code HF_HOME}, {@code
   * XDG_CACHE_HOME} and {@code ~/.cache} that is set.
   *
   * @return the hub
   * @throws IllegalArgumentException if a variable has an invalid value
   */
  public static ModelHub create() {
    return builder().build();
  }

  /**
   * Returns a builder with the environment's settings.
   *
   * @return a builder
   * @throws IllegalArgumentException if a variable has an invalid value
   */
  public static Builder builder() {
    return builder(System.getenv());
  }

  static Builder builder(Map<String, String> environment) {
    return new Builder(new HubEnvironment(environment));
  }

  /**
   * Downloads a model, unless the hub's current version is in the cache.
   *
   * @param reference the model
   * @return the model, complete and verified
   * @throws HubException if it does not exist, is not accessible, cannot be downloaded or does not
   *     match its checksum, or if there is not enough room; the message has the remedy
   * @throws IOException if the cache cannot be written
   * @throws InterruptedException if the thread is interrupted; downloaded parts are kept
   */
  public CachedModel pull(ModelReference reference) throws IOException, InterruptedException {
    return pull(reference, (file, received, total) -> {});
  }

  /**
   * Downloads a model, unless the hub's current version is in the cache.
   *
   * @param reference the model
   * @param listener receives progress, on the calling thread
   * @return the model, complete and verified
   * @throws HubException if it does not exist, is not accessible, cannot be downloaded or does not
   *     match its checksum, or if there is not enough room; the message has the remedy
   * @throws IOException if the cache cannot be written
   * @throws InterruptedException if the thread is interrupted; downloaded parts are kept
   */
  public CachedModel pull(ModelReference reference, PullListener listener)
      throws IOException, InterruptedException {
    Objects.requireNonNull(listener, "listener");
    if (offline) {
      return find(reference)
          .orElseThrow(() ->
              new HubException(
                  reference + " is not in " + cache.folder() + ", and HF_HUB_OFFLINE is set"));
    }
    try (HubClient client = new HubClient(endpoint, token, patience)) {
      String repository = reference.repository();
      Attempts attempts = new Attempts(repository, listener, firstPause);
      String commit = attempts.until(() -> client.commit(repository));
      List<HubFile> files = attempts.until(() -> client.files(repository, commit));
      List<HubFile> parts = HubFile.choose(reference, files);
      for (HubFile part : parts) {
        cache.add(
            repository,
            commit,
            part,
            blob ->
                new Download(client, repository, commit, part, blob, listener, firstPause).run());
      }
      cache.setMain(repository, commit);
      return cache.model(repository, commit, parts.stream().map(HubFile::path).toList());
    }
  }

  /**
   * Finds a model in the cache, without contacting the hub.
   *
   * @param reference the model
   * @return the model, if it is complete
   * @throws IOException if the cache cannot be read
   */
  public Optional<CachedModel> find(ModelReference reference) throws IOException {
    return cache.find(reference);
  }

  /**
   * Lists the models in the cache, including those of other families.
   *
   * @return the models by name
   * @throws IOException if the cache cannot be read
   */
  public List<CachedModel> list() throws IOException {
    return cache.list();
  }

  /**
   * Verifies the checksums of a model, which the cache keeps as the names of blobs.
   *
   * @param model a model in the cache
   * @return the files that are damaged
   * @throws HubException if the cache does not keep checksums, because its file system has no links
   * @throws IOException if a file cannot be read
   */
  public List<Path> verify(CachedModel model) throws IOException {
    return cache.damaged(model);
  }

  /**
   * Removes a model from the cache, except for files that another commit shares.
   *
   * @param model a model in the cache
   * @return the number of freed bytes
   * @throws IOException if a file cannot be removed
   */
  public long remove(CachedModel model) throws IOException {
    return cache.remove(model);
  }

  /** {@return the folder of the cache} */
  public Path cache() {
    return cache.folder();
  }

  /** Collects the settings of a hub. Not thread-safe. */
  public static final class Builder {
    private URI endpoint;
    private Optional<String> token;
    private boolean offline;
    private Path cache;
    private Duration patience = Duration.ofSeconds(30);
    private Duration firstPause = Duration.ofMillis(500);
    private List<HubCache.Link> links = List.of(HubCache.Link.values());

    private Builder(HubEnvironment environment) {
      endpoint = environment.endpoint();
      token = environment.token();
      offline = environment.offline();
      cache = environment.cache();
    }

    /**
     * Sets the URL of the hub.
     *
     * @param endpoint an HTTP or HTTPS URL
     * @return this builder
     * @throws IllegalArgumentException if it is not an HTTP URL
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = HubEnvironment.checked(endpoint);
      return this;
    }

    /**
     * Sets the user's access token.
     *
     * @param token the token
     * @return this builder
     */
    public Builder token(String token) {
      this.token = Optional.of(token);
      return this;
    }

    /**
     * Sets the folder of the cache, which is created if it does not exist.
     *
     * @param cache the folder
     * @return this builder
     */
    public Builder cache(Path cache) {
      this.cache = Objects.requireNonNull(cache, "cache");
      return this;
    }

    /**
     * Sets whether to use only the cache.
     *
     * @param offline whether to work offline
     * @return this builder
     */
    public Builder offline(boolean offline) {
      this.offline = offline;
      return this;
    }

    /**
     * Sets the time without data after which a connection is closed and retried.
     *
     * @param patience above 0; 30 seconds by default
     * @return this builder
     */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /** Sets the pause before the second attempt; it doubles with each attempt. */
    Builder firstPause(Duration pause) {
      firstPause = pause;
      return this;
    }

    /** Sets the kinds of links that the file system of the cache has. */
    Builder links(HubCache.Link... links) {
      this.links = List.of(links);
      return this;
    }

    /**
     * Builds the hub, without any requests or writes.
     *
     * @return the hub
     */
    public ModelHub build() {
      return new ModelHub(this);
    }
  }
}
