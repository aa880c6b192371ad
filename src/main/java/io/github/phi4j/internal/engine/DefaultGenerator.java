package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.PrefixCacheUsage;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.internal.grammar.Grammars;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.model.ContextFile;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.KvMemory;
import io.github.phi4j.internal.model.PhiWeights;
import io.github.phi4j.internal.model.PrefixCache;
import io.github.phi4j.internal.model.WeightFile;
import io.github.phi4j.internal.model.WeightPacking;
import io.github.phi4j.internal.sampling.SequenceBreakers;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Owns a mapped model, the threads that compute with it, and the sessions that are open. */
final class DefaultGenerator implements Generator {

  private final Model model;
  private final LoadOptions options;
  private final Arena arena;
  private final int contextLength;
  private final Threads threads;
  private final Optional<WeightFile> packedFile;
  private final ForwardPass forwardPass;
  private final int[] neverSampled;
  private final KvMemory memory = new KvMemory(new AvailableMemory());
  private final PrefixCache prefixes;
  private byte[] fingerprint; // guarded by this
  private final Scheduler scheduler;
  private volatile FoundBreakers breakers = new FoundBreakers(List.of(), SequenceBreakers.NONE);
  private final Grammars grammars;
  private final Set<DefaultSession> sessions = new HashSet<>(); // guarded by itself
  private boolean closed; // guarded by sessions
  private final CountDownLatch released = new CountDownLatch(1);

  DefaultGenerator(Model model, LoadOptions options, Arena arena) {
    this.model = model;
    this.options = options;
    this.arena = arena;
    contextLength = options.contextLength().orElse(model.config().contextLength());
    checkLength(contextLength);
    prefixes = new PrefixCache(options.prefixCacheBytes());
    memory.reclaimWith(prefixes::clear);
    neverSampled = model.tokenizer().unusable(model.config().vocabularySize());
    grammars = new Grammars(new ModelTokens(model.tokenizer()));
    threads = Threads.of(options);
    try {
      Kernels kernels = KernelProvider.kernels();
      packedFile = packedFile();
      forwardPass = new ForwardPass(model.config(), weights(), threads.pool(), kernels);
      scheduler = new Scheduler(forwardPass, threads.pool().turn(), options);
    } catch (Throwable e) { // the threads must not outlive a failed load, whatever made it fail
      threads.close();
      throw e;
    }
  }

  private void checkLength(int length) {
    int trained = model.config().contextLength();
    if (length > trained) {
      throw new IllegalArgumentException(
          "a context of %d tokens was asked for, but the model was trained for %d; ask for at most that"
              .formatted(length, trained));
    }
  }

  private Optional<WeightFile> packedFile() {
    return switch (options.packedWeights()) {
      case AUTO -> PackedStore.find(model, options, arena);
      case FILE ->
          new PackedStore(model, options).obtain(threads.pool(), options.packingListener(), arena);
      case MEMORY, OFF -> Optional.empty();
    };
  }

  private PhiWeights weights() {
    return options.packedWeights() == PackedWeights.MEMORY
        ? packedInMemory()
        : packedFile.map(WeightFile::weights).orElse(model.weights());
  }

  private PhiWeights packedInMemory() {
    WeightPacking packing = WeightPacking.of(model.weights());
    try {
      return model
          .file()
          .reading(() -> packing.inMemory(threads.pool(), arena, options.packingListener()));
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          model.file().files().getFirst(),
          -1,
          "too little memory for a packed copy of the weights (" + e.getMessage() + ")",
          "room for %d bytes; load it without packed weights, or with those of a file"
              .formatted(packing.bytes()),
          e);
    }
  }

  /**
   * Runs work that reads the model's files.
   *
   * @throws ModelException if one was cut short meanwhile
   */
  <T> T reading(Supplier<T> work) {
    Supplier<T> readingModel = () -> model.file().reading(work);
    return packedFile.isPresent() ? packedFile.get().reading(readingModel) : readingModel.get();
  }

  Model model() {
    return model;
  }

  int contextLength() {
    return contextLength;
  }

  /** Ids that stand for no token. */
  int[] neverSampled() {
    return neverSampled;
  }

  /** What interrupts repetitions for DRY; found once for the texts that are in use. */
  SequenceBreakers sequenceBreakers(Sampling sampling) {
    List<String> texts = sampling.dry().map(Sampling.Dry::sequenceBreakers).orElse(List.of());
    if (texts.isEmpty()) {
      return SequenceBreakers.NONE;
    }
    FoundBreakers found = breakers;
    if (!found.texts().equals(texts)) {
      found = new FoundBreakers(texts, SequenceBreakers.of(texts, model.tokenizer()));
      breakers = found;
    }
    return found.breakers();
  }

  private record FoundBreakers(List<String> texts, SequenceBreakers breakers) {}

  Grammars grammars() {
    return grammars;
  }

  ForwardPass forwardPass() {
    return forwardPass;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public Completion generate(Prompt prompt, GenerationOptions how, TextSink sink) {
    try (Session session = newSession()) {
      return session.generate(prompt, how, sink);
    }
  }

  @Override
  public List<Completion> generate(Prompt prompt, GenerationOptions how, int samples) {
    try (Session session = newSession()) {
      return session.generate(prompt, how, samples);
    }
  }

  @Override
  public List<TokenLogProb> score(Prompt prompt, int from) {
    try (Session session = newSession()) {
      return session.score(prompt, from);
    }
  }

  @Override
  public List<Choice> choose(Prompt prompt, List<String> alternatives) {
    try (Session session = newSession()) {
      return session.choose(prompt, alternatives);
    }
  }

  @Override
  public void prepare(Grammar grammar) {
    grammars.compile(Objects.requireNonNull(grammar, "grammar"));
  }

  @Override
  public int threads() {
    return threads.pool().threads();
  }

  @Override
  public ModelInfo info() {
    return model.info();
  }

  @Override
  public Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public Session newSession(SessionOptions how) {
    int length = how.contextLength().orElse(contextLength);
    checkLength(length);
    KvCache.Format format =
        new KvCache.Format(
            how.kvKeyType().orElse(options.kvKeyType()),
            how.kvValueType().orElse(options.kvValueType()));
    KvCache cache = new KvCache(model.config(), format, length, memory);
    cache.requireRest("a context of " + length + " tokens");
    return register(() -> new DefaultSession(this, cache));
  }

  /** Makes a session, unless the generator is closed. */
  DefaultSession register(Supplier<DefaultSession> maker) {
    synchronized (sessions) {
      checkOpen();
      DefaultSession session = maker.get();
      sessions.add(session);
      return session;
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the generator is closed");
    }
  }

  @Override
  public Session restore(Path file) {
    Objects.requireNonNull(file, "file");
    ContextFile.Restored restored =
        ContextFile.read(file, fingerprint(), model.config(), contextLength, memory);
    try {
      KvCache cache = restored.cache();
      cache.requireRest("a restored context with room for " + cache.capacity() + " tokens");
      return register(() -> new DefaultSession(this, restored));
    } catch (Throwable e) { // the mapping must not outlive a session that was not made
      restored.cache().close();
      throw e;
    }
  }

  /** What tells the model from others. */
  synchronized byte[] fingerprint() {
    if (fingerprint == null) {
      fingerprint = reading(() -> model.file().fingerprint());
    }
    return fingerprint.clone();
  }

  /** Held while the threads compute. */
  ReentrantLock turn() {
    return threads.pool().turn();
  }

  PrefixCache prefixes() {
    return prefixes;
  }

  @Override
  public PrefixCacheUsage prefixCacheUsage() {
    return new PrefixCacheUsage(
        prefixes.bytes(), prefixes.hits(), prefixes.misses(), prefixes.reusedTokens());
  }

  void forget(DefaultSession session) {
    synchronized (sessions) {
      sessions.remove(session);
    }
  }

  @Override
  public void close() {
    List<DefaultSession> open;
    synchronized (sessions) {
      if (sessions.stream().anyMatch(DefaultSession::servesThisThread)) {
        throw new IllegalStateException(
            "the generator cannot be closed from a sink; return false from it, and close later");
      }
      open = closed ? null : new ArrayList<>(sessions);
      closed = true;
    }
    if (open == null) {
      awaitRelease();
      return;
    }
    open.forEach(DefaultSession::cancel);
    open.forEach(DefaultSession::close);
    scheduler.close();
    threads.close();
    prefixes.close();
    memory.close();
    arena.close();
    released.countDown();
  }

  /** Waits for another thread that closes the generator. */
  private void awaitRelease() {
    boolean interrupted = false;
    while (released.getCount() > 0) {
      try {
        released.await();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
