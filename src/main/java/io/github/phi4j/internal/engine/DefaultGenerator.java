package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.internal.concurrent.PhysicalCores;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.grammar.Grammars;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.PhiWeights;
import io.github.phi4j.internal.model.WeightPacking;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Owns a mapped model, the threads that compute with it, and the sessions that are open. */
final class DefaultGenerator implements Generator {

  private final Model model;
  private final LoadOptions options;
  private final Arena arena;
  private final int contextLength;
  private final WorkerPool pool;
  private final ForwardPass forwardPass;
  private final int[] neverSampled;
  private final Scheduler scheduler;
  private final Grammars grammars;
  private final Set<DefaultSession> sessions = new HashSet<>(); // guarded by itself
  private boolean closed; // guarded by sessions
  private final CountDownLatch released = new CountDownLatch(1);

  DefaultGenerator(Model model, LoadOptions options, Arena arena) {
    this.model = model;
    this.options = options;
    this.arena = arena;
    int trained = model.config().contextLength();
    contextLength = options.contextLength().orElse(trained);
    if (contextLength > trained) {
      throw new IllegalArgumentException(
          "a context of %d tokens was asked for, but the model was trained for %d; ask for at most that"
              .formatted(contextLength, trained));
    }
    neverSampled = model.tokenizer().unusable(model.config().vocabularySize());
    grammars = new Grammars(new ModelTokens(model.tokenizer()));
    pool = new WorkerPool(options.threads().orElseGet(PhysicalCores::available));
    try {
      Kernels kernels = KernelProvider.kernels();
      forwardPass = new ForwardPass(model.config(), weights(), pool, kernels);
      scheduler = new Scheduler(forwardPass, options);
    } catch (Throwable e) { // the threads must not outlive a failed load, whatever made it fail
      pool.close();
      throw e;
    }
  }

  private PhiWeights weights() {
    return switch (options.packedWeights()) {
      case OFF -> model.weights();
      case MEMORY -> {
        try {
          yield model.file().reading(() -> WeightPacking.pack(model.weights(), pool, arena));
        } catch (OutOfMemoryError e) {
          throw new ModelException(
              model.file().files().getFirst(),
              -1,
              "too little memory for a packed copy of the weights (" + e.getMessage() + ")",
              "room for as many bytes as the file has; load it without packed weights",
              e);
        }
      }
    };
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
  public void prepare(Grammar grammar) {
    grammars.compile(Objects.requireNonNull(grammar, "grammar"));
  }

  @Override
  public int threads() {
    return pool.threads();
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
  public Session newSession() {
    synchronized (sessions) {
      if (closed) {
        throw new IllegalStateException("the generator is closed");
      }
      KvCache cache = new KvCache(model.config(), options.kvCacheType(), contextLength);
      DefaultSession session = new DefaultSession(this, cache);
      sessions.add(session);
      return session;
    }
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
    pool.close();
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
