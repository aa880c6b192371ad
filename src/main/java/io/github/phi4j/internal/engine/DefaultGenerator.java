package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarMatcher;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.PrefixCacheUsage;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.ScoringOptions;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.api.Workload;
import io.github.phi4j.internal.concurrent.Closing;
import io.github.phi4j.internal.gguf.MappedFile;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.KvMemory;
import io.github.phi4j.internal.model.PrefixCache;
import io.github.phi4j.internal.schema.Language;
import io.github.phi4j.internal.storage.ContextFile;
import io.github.phi4j.internal.storage.WeightFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns a mapped model, its threads and its open sessions. */
final class DefaultGenerator implements Generator {

  private static final Logger LOG = LoggerFactory.getLogger(DefaultGenerator.class);

  private final Model model;
  private final LoadOptions options;
  private final Arena arena;
  private final int contextLength;
  private final Threads threads;
  private final KvMemory memory = new KvMemory(new AvailableMemory());
  private final PrefixCache prefixes;
  private final Shared shared;
  private final Optional<RotCheck> rotCheck;
  private final CountDownLatch released = new CountDownLatch(1);

  /**
   * Starts the threads.
   *
   * @param arena the arena of the mapping; closed with the generator
   * @param clock a clock in nanoseconds, like {@link System#nanoTime}
   * @param timer ends calls at their timeout
   */
  DefaultGenerator(Model model, LoadOptions options, Arena arena, LongSupplier clock, Timer timer) {
    this.model = model;
    this.options = options;
    this.arena = arena;
    contextLength = options.contextLength().orElse(model.config().contextLength());
    checkLength(contextLength);
    Telemetry telemetry = new Telemetry(options.listeners());
    prefixes = new PrefixCache(options.prefixCacheBytes());
    memory.reclaimWith(prefixes::clear);
    Lexicon lexicon = new Lexicon(model.tokenizer(), model.config().vocabularySize());
    threads = Threads.of(options);
    try {
      Weights weights = Weights.of(model, options, threads.pool(), arena);
      ForwardPass forwardPass =
          new ForwardPass(
              model.config(),
              weights.weights(),
              threads.pool(),
              KernelProvider.kernels(),
              SlowKernels::report);
      shared =
          new Shared(
              new ModelFiles(model.file(), weights.packedFile()),
              lexicon,
              forwardPass,
              new Scheduler(forwardPass, threads.pool().turn(), options, telemetry, clock),
              prefixes,
              telemetry,
              new Sessions(),
              timer);
      rotCheck =
          weights
              .packedFile()
              .filter(file -> !file.isSmall())
              .map(file -> new RotCheck(file, damage -> abandonPacked(file, damage)));
    } catch (Throwable e) { // the threads must not outlive a failed load of any kind
      threads.close();
      throw e;
    }
  }

  private void checkLength(int length) {
    int trained = model.config().contextLength();
    if (length > trained) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a context of %d tokens was requested, but the model was trained for %d; request at"
                  + " most that",
              length,
              trained));
    }
  }

  /**
   * Continues with the model's own weights because the packed ones are damaged. Contexts discard
   * their computed state and recompute it from their tokens.
   */
  void abandonPacked(WeightFile file, ModelException damage) {
    LOG.warn(
        "Packed weights are damaged and not used any more, which makes generating several times"
            + " slower; texts since they were loaded may be wrong. Load the model again with"
            + " PackedWeights.FILE, or pack it: {}",
        damage.getMessage());
    shared.scheduler().compute(model.weights());
    shared.files().abandonPacked();
    prefixes.renew();
    try {
      file.delete();
    } catch (IOException e) {
      LOG.warn("{}", Printable.of(e.toString()));
    }
  }

  /** The parts shared by sessions. */
  Shared shared() {
    return shared;
  }

  Model model() {
    return model;
  }

  @Override
  public Completion generate(Prompt prompt, GenerationOptions how, TextSink sink) {
    try (Session session = newSession()) {
      return session.generate(prompt, how, sink);
    }
  }

  @Override
  public List<Completion> generate(
      Prompt prompt, GenerationOptions how, int samples, IntFunction<? extends TextSink> sinks) {
    try (Session session = newSession()) {
      return session.generate(prompt, how, samples, sinks);
    }
  }

  @Override
  public List<TokenLogProb> score(Prompt prompt, int from, ScoringOptions how) {
    try (Session session = newSession()) {
      return session.score(prompt, from, how);
    }
  }

  @Override
  public List<Choice> choose(Prompt prompt, List<String> alternatives, ScoringOptions how) {
    try (Session session = newSession()) {
      return session.choose(prompt, alternatives, how);
    }
  }

  @Override
  public List<Embedding> embed(List<String> texts, EmbeddingOptions how) {
    try (Session session = newSession()) {
      return session.embed(texts, how);
    }
  }

  @Override
  public void prepare(Grammar grammar) {
    Objects.requireNonNull(grammar, "grammar");
    shared.lexicon().compile(new Language.Given(grammar), () -> false);
  }

  @Override
  public GrammarMatcher matcher(Grammar grammar) {
    Objects.requireNonNull(grammar, "grammar");
    int[] stops = shared.lexicon().tokenizer().stopTokens();
    return new DefaultMatcher(
        shared.lexicon().compile(new Language.Given(grammar), () -> false), stops);
  }

  @Override
  public int threads() {
    return threads.pool().threads();
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int maxSequences() {
    return options.maxSequences();
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
    int length = Objects.requireNonNull(how, "options").contextLength().orElse(contextLength);
    checkLength(length);
    KvCache.Format format =
        new KvCache.Format(
            how.kvKeyType().orElse(options.kvKeyType()),
            how.kvValueType().orElse(options.kvValueType()));
    KvCache cache = new KvCache(model.config(), format, length, memory);
    cache.requireRest("a context of " + length + " tokens");
    return shared.sessions().open(() -> new DefaultSession(shared, cache));
  }

  @Override
  public Session restore(Path file) {
    Objects.requireNonNull(file, "file");
    ContextFile.Restored restored =
        ContextFile.read(file, shared.files().version(), model.config(), contextLength, memory);
    try {
      KvCache cache = restored.cache();
      if (!MappedFile.canBeReplaced()) {
        cache.leaveFile(); // the session may be saved to the same file
      }
      cache.requireRest("a restored context with room for " + cache.capacity() + " tokens");
      return shared.sessions().open(() -> new DefaultSession(shared, restored));
    } catch (Throwable e) { // the mapping must not outlive a failed creation of the session
      restored.cache().close();
      throw e;
    }
  }

  @Override
  public PrefixCacheUsage prefixCacheUsage() {
    return new PrefixCacheUsage(
        prefixes.bytes(), prefixes.hits(), prefixes.misses(), prefixes.reusedTokens());
  }

  /** Notifies the listeners that the model is loaded. */
  void announce(Duration time) {
    shared.telemetry().loaded(this, time);
  }

  @Override
  public Workload workload() {
    Scheduler scheduler = shared.scheduler();
    return new Workload(scheduler.calls(), scheduler.queued(), memory.usedBytes());
  }

  @Override
  public void close() {
    Optional<List<DefaultSession>> open = shared.sessions().close();
    if (open.isEmpty()) {
      awaitRelease();
      return;
    }
    Closing closing = new Closing();
    open.get().forEach(session -> closing.step(session::cancel));
    open.get().forEach(session -> closing.step(session::close));
    closing
        .step(() -> rotCheck.ifPresent(RotCheck::close))
        .step(shared.scheduler()::close)
        .step(threads::close)
        .step(prefixes::close)
        .step(memory::close)
        .step(arena::close)
        .step(shared.telemetry()::closed);
    released.countDown();
    closing.finish();
  }

  /** Waits until another thread has closed the generator. */
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
