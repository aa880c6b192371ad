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
 * Fetches models from Hugging Face, or a hub with its API, into Hugging Face's cache: what other
 * tools downloaded is found there, and they find what is downloaded here.
 *
 * <p>Broken downloads are gone on with. A file gets its name only when its SHA-256 is that which
 * the hub promised. A token is sent to the hub's own origin alone. Several processes may pull at
 * once: each file is downloaded by one of them. Thread-safe.
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
   * A hub as the environment sets it up: {@code HF_ENDPOINT}, {@code HF_TOKEN} or the token that
   * Hugging Face's tools keep, {@code HF_HUB_OFFLINE}, and the first of {@code LLAMA_CACHE}, {@code
   * HF_HUB_CACHE}, {@code HUGGINGFACE_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME} and
   * {@code ~/.cache} that is set for the cache.
   *
   * @return the hub
   * @throws IllegalArgumentException if a variable has a value that is none
   */
  public static ModelHub create() {
    return builder().build();
  }

  /**
   * Sets up a hub, from what the environment says.
   *
   * @return a builder
   * @throws IllegalArgumentException if a variable has a value that is none
   */
  public static Builder builder() {
    return builder(System.getenv());
  }

  static Builder builder(Map<String, String> environment) {
    return new Builder(new HubEnvironment(environment));
  }

  /**
   * Fetches a model, unless it is in the cache as the hub has it now.
   *
   * @param reference which model
   * @return the model, complete and checked
   * @throws HubException if it does not exist, may not be read, cannot be fetched or does not have
   *     its checksum, or if there is no room for it; the message tells what to do
   * @throws IOException if the cache cannot be written
   * @throws InterruptedException if the thread is interrupted; what was fetched stays
   */
  public CachedModel pull(ModelReference reference) throws IOException, InterruptedException {
    return pull(reference, (file, received, total) -> {});
  }

  /**
   * Fetches a model, unless it is in the cache as the hub has it now.
   *
   * @param reference which model
   * @param listener follows the download, on the calling thread
   * @return the model, complete and checked
   * @throws HubException if it does not exist, may not be read, cannot be fetched or does not have
   *     its checksum, or if there is no room for it; the message tells what to do
   * @throws IOException if the cache cannot be written
   * @throws InterruptedException if the thread is interrupted; what was fetched stays
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
   * Looks for a model in the cache, without asking the hub.
   *
   * @param reference which model
   * @return the model if all of it is there
   * @throws IOException if the cache cannot be read
   */
  public Optional<CachedModel> find(ModelReference reference) throws IOException {
    return cache.find(reference);
  }

  /**
   * Lists the models in the cache, those of other families too.
   *
   * @return the models by name
   * @throws IOException if the cache cannot be read
   */
  public List<CachedModel> list() throws IOException {
    return cache.list();
  }

  /**
   * Reads all of a model and compares it with its checksum, which the cache keeps as the name of
   * the file behind the link.
   *
   * @param model a model of the cache
   * @return the files that are damaged
   * @throws HubException if the cache does not keep the checksum, because its file system has no
   *     links
   * @throws IOException if a file cannot be read
   */
  public List<Path> verify(CachedModel model) throws IOException {
    return cache.damaged(model);
  }

  /**
   * Removes a model from the cache. Files that another commit has too stay.
   *
   * @param model a model of the cache
   * @return the bytes that were freed
   * @throws IOException if a file cannot be removed
   */
  public long remove(CachedModel model) throws IOException {
    return cache.remove(model);
  }

  /** {@return the folder of the cache} */
  public Path cache() {
    return cache.folder();
  }

  /** Sets up a hub. Not thread-safe. */
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
     * Sets where the hub is.
     *
     * @param endpoint an address of http or https, without a path at its end
     * @return this builder
     * @throws IllegalArgumentException if the address is none of the web
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = HubEnvironment.checked(endpoint);
      return this;
    }

    /**
     * Sets the token that the hub knows the user by.
     *
     * @param token the token
     * @return this builder
     */
    public Builder token(String token) {
      this.token = Optional.of(token);
      return this;
    }

    /**
     * Sets the folder of the cache, which is made if it is not there.
     *
     * @param cache the folder
     * @return this builder
     */
    public Builder cache(Path cache) {
      this.cache = Objects.requireNonNull(cache, "cache");
      return this;
    }

    /**
     * Sets whether only the cache is looked at.
     *
     * @param offline whether the hub is left alone
     * @return this builder
     */
    public Builder offline(boolean offline) {
      this.offline = offline;
      return this;
    }

    /**
     * Sets how long a connection may bring nothing before it is given up and tried again.
     *
     * @param patience above 0, 30 seconds unless set
     * @return this builder
     */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /** Sets the pause before the second attempt; each after it is twice as long. */
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
     * Makes the hub; nothing is asked or written yet.
     *
     * @return the hub
     */
    public ModelHub build() {
      return new ModelHub(this);
    }
  }
}
