package io.github.phi4j.internal.engine;

import io.github.phi4j.api.CallTimeoutException;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.FileException;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.PromptTooLongException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.ScoringOptions;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.internal.concurrent.Closing;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.sampling.Logits;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.storage.ContextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A context for one thread at a time; any thread may cancel or close it. */
final class DefaultSession implements Session {

  private final Shared shared;
  private final Context context;
  private final Semaphore idle = new Semaphore(1);
  private boolean released; // guarded by this
  private volatile List<Context> samples = List.of();
  private volatile Optional<Embedder> embedder = Optional.empty();
  private volatile Call call; // null while idle
  private volatile boolean closed;

  /** A session with an empty context. */
  DefaultSession(Shared shared, KvCache cache) {
    this.shared = shared;
    context =
        new Context(
            shared.forwardPass(), shared.scheduler(), shared.prefixes(), cache, this::ended);
  }

  /** A session restored from a file. */
  DefaultSession(Shared shared, ContextFile.Restored restored) {
    this(shared, restored.cache());
    context.restore(restored.context());
  }

  /** A fork of another session. */
  private DefaultSession(DefaultSession origin) {
    shared = origin.shared;
    context = origin.context.copy(this::ended);
  }

  @Override
  public Completion generate(Prompt prompt, GenerationOptions options, TextSink sink) {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(sink, "sink");
    return shared
        .telemetry()
        .generation(
            options,
            context::queueWaitNanos,
            () ->
                computing(
                    options,
                    () ->
                        complete(context, tokens(prompt, options), begun(prompt), options, sink)));
  }

  @Override
  public List<Completion> generate(
      Prompt prompt, GenerationOptions options, int count, IntFunction<? extends TextSink> sinks) {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(sinks, "sinks");
    if (count < 1) {
      throw new IllegalArgumentException("samples must be at least 1, not " + count);
    }
    List<TextSink> each = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      each.add(Objects.requireNonNull(sinks.apply(i), "the sink of a sample"));
    }
    return computing(
        options, () -> completeAll(tokens(prompt, options), begun(prompt), options, each));
  }

  /** The half-written message at the end of a prompt, if any. */
  private static Optional<Message> begun(Prompt prompt) {
    return prompt instanceof Prompt.Chat chat && chat.continuing()
        ? Optional.of(chat.messages().getLast())
        : Optional.empty();
  }

  private Completion complete(
      Context where,
      int[] prompt,
      Optional<Message> begun,
      GenerationOptions options,
      TextSink sink) {
    Speculator speculator = new Speculator(proposer(where, options.speculation()));
    Generation generation;
    try {
      generation = new Generation(shared.lexicon(), where, options, begun, speculator, sink, call);
    } catch (CancellationException _) {
      return cancelled(prompt);
    }
    return generation.run(prompt);
  }

  /** The completion of a generation that was ended before it began. */
  private Completion cancelled(int[] prompt) {
    return Generation.cancelled(prompt, call.ending().orElse(FinishReason.CANCELLED));
  }

  private Optional<Proposer> proposer(Context where, Speculation speculation) {
    return switch (speculation) {
      case Speculation.Off _ -> Optional.empty();
      case Speculation.Lookup lookup -> Optional.of(new Lookup(lookup.maxTokens()));
      case Speculation.Draft draft ->
          Optional.of(
              where.draft(draft.model(), shared.lexicon().tokenizer()).upTo(draft.maxTokens()));
    };
  }

  /** Computes the prompt once and completes it in copies of the context. */
  private List<Completion> completeAll(
      int[] prompt, Optional<Message> begun, GenerationOptions options, List<TextSink> sinks) {
    List<Context> copies = new ArrayList<>();
    try {
      context.prefill(prompt);
      while (copies.size() < sinks.size()) {
        copies.add(context.copy(this::ended));
      }
      samples = List.copyOf(copies);
      return completeSideBySide(prompt, begun, options, sinks);
    } catch (CancellationException _) {
      return Collections.nCopies(sinks.size(), cancelled(prompt));
    } finally {
      context.dismiss();
      samples = List.of();
      Closing closing = new Closing();
      copies.forEach(copy -> closing.step(copy::close));
      closing.finish();
    }
  }

  /** Completes the samples concurrently, so that they share passes. */
  private List<Completion> completeSideBySide(
      int[] prompt, Optional<Message> begun, GenerationOptions options, List<TextSink> sinks) {
    List<Supplier<Completion>> completions = new ArrayList<>();
    for (int i = 0; i < sinks.size(); i++) {
      Context sample = samples.get(i);
      GenerationOptions own = options.toBuilder().sampling(nth(options.sampling(), i)).build();
      TextSink sink = sinks.get(i);
      Supplier<Completion> completion = () -> complete(sample, prompt, begun, own, sink);
      completions.add(() -> shared.telemetry().generation(own, sample::queueWaitNanos, completion));
    }
    return call.sideBySide(completions);
  }

  private static Sampling nth(Sampling sampling, int number) {
    return sampling.seed().isPresent()
        ? sampling.toBuilder().seed(sampling.seed().getAsLong() + number).build()
        : sampling;
  }

  @Override
  public List<Embedding> embed(List<String> texts, EmbeddingOptions options) {
    Objects.requireNonNull(options, "options");
    List<String> copies = List.copyOf(Objects.requireNonNull(texts, "texts"));
    return whole(
        options.timeout(),
        options.cancellation(),
        () -> {
          Embedder own = new Embedder(shared, context, options, this::ended);
          List<Supplier<Embedding>> embeddings = new ArrayList<>();
          for (int i = 0; i < copies.size(); i++) {
            int[] ids = textIds(copies.get(i), i);
            embeddings.add(() -> own.embed(ids));
          }
          embedder = Optional.of(own);
          try {
            return call.sideBySide(embeddings);
          } finally {
            embedder = Optional.empty();
          }
        });
  }

  private int[] textIds(String text, int index) {
    if (text.isEmpty()) { // even if a beginning-of-sequence token precedes each text
      throw new IllegalArgumentException(
          "text " + index + " is empty and has no embedding; remove it");
    }
    int[] ids = shared.lexicon().tokenizer().encode(Prompt.raw(text));
    check(ids, 0, "text " + index);
    return ids;
  }

  @Override
  public List<TokenLogProb> score(Prompt prompt, int from, ScoringOptions options) {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(options, "options");
    return whole(
        options.timeout(),
        options.cancellation(),
        () -> new Scoring(context).score(tokens(prompt), from));
  }

  @Override
  public List<Choice> choose(Prompt prompt, List<String> alternatives, ScoringOptions options) {
    Objects.requireNonNull(prompt, "prompt");
    List<String> texts = List.copyOf(Objects.requireNonNull(alternatives, "alternatives"));
    Objects.requireNonNull(options, "options");
    return whole(
        options.timeout(),
        options.cancellation(),
        () -> {
          int[] before = tokens(prompt);
          return new Scoring(context).choose(before, texts, ids(texts, before.length));
        });
  }

  /** The tokens of the alternatives after a prompt. */
  private List<int[]> ids(List<String> alternatives, int promptLength) {
    if (alternatives.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to choose from; give an alternative");
    }
    Set<String> seen = new HashSet<>();
    List<int[]> ids = new ArrayList<>();
    for (String alternative : alternatives) {
      if (!seen.add(alternative)) {
        throw new IllegalArgumentException(
            "the alternative \"" + alternative + "\" is duplicated; give each once");
      }
      int[] own = shared.lexicon().tokenizer().encode(alternative);
      check(own, promptLength, "the alternative \"" + alternative + "\"");
      ids.add(own);
    }
    return ids;
  }

  private int[] tokens(Prompt prompt) {
    return tokens(prompt, GenerationOptions.defaults());
  }

  private int[] tokens(Prompt prompt, GenerationOptions options) {
    int[] ids = shared.lexicon().tokenizer().encode(prompt, options);
    check(ids, 0, "the prompt");
    return ids;
  }

  private void check(int[] ids, int position, String what) {
    if (ids.length == 0) {
      throw new IllegalArgumentException(what + " is empty; give at least one token");
    }
    int room = context.capacity() - position;
    if (ids.length > room) {
      throw new PromptTooLongException(
          String.format(
              Locale.ROOT,
              "%s has %d tokens, but the context has room for %d%s; shorten it or load the model"
                  + " with a longer context",
              what,
              ids.length,
              room,
              position == 0 ? "" : " after the " + position + " that it holds"),
          ids.length,
          room);
    }
    int vocabulary = shared.forwardPass().vocabularySize();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has token id %d at index %d; the model's ids go from 0 to %d",
                what,
                ids[i],
                i,
                vocabulary - 1));
      }
    }
  }

  @Override
  public void feed(int... tokens) {
    feedTo(Objects.requireNonNull(tokens, "tokens"), null);
  }

  @Override
  public void feed(int[] tokens, LogitsSink sink) {
    Objects.requireNonNull(tokens, "tokens");
    feedTo(tokens, Objects.requireNonNull(sink, "sink"));
  }

  private void feedTo(int[] tokens, LogitsSink sink) {
    int[] copy = tokens.clone();
    computing(() -> {
      check(copy, context.length(), "the input");
      context.append(copy, 0, sink);
      return null;
    });
  }

  @Override
  public float[] logits() {
    return computing(() -> presentLogits().clone());
  }

  private float[] presentLogits() {
    if (context.length() == 0) {
      throw new IllegalStateException("there are no logits: the context is empty");
    }
    float[] logits = context.logits();
    Logits.max(logits); // throws where they are not numbers
    return logits;
  }

  @Override
  public double[] distribution(Sampling sampling) {
    Objects.requireNonNull(sampling, "sampling");
    return computing(() -> {
      float[] logits = presentLogits();
      Lexicon lexicon = shared.lexicon();
      SamplerChain chain =
          new SamplerChain(
              sampling,
              logits.length,
              lexicon.neverSampled(),
              new int[0],
              0,
              lexicon.sequenceBreakers(sampling));
      return chain.distribution(logits, context.tokens(), context.length());
    });
  }

  @Override
  public int position() {
    return exclusively(context::length);
  }

  @Override
  public int contextLength() {
    return context.capacity();
  }

  @Override
  public void rewind(int position) {
    exclusively(() -> {
      if (position < 0 || position > context.length()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "cannot rewind to position %d; the context holds %d tokens",
                position,
                context.length()));
      }
      context.rewind(position);
      return null;
    });
  }

  @Override
  public Session fork() {
    return exclusively(() -> {
      context.requireMemoryOfFork();
      return shared.sessions().open(() -> new DefaultSession(this));
    });
  }

  @Override
  public void save(Path file) {
    Objects.requireNonNull(file, "file");
    computing(() -> {
      try {
        context.save(file, shared.files().version());
        return null;
      } catch (IOException e) {
        throw new FileException(
            file,
            "a place that cannot be written to (" + e + ")",
            "a folder that can be written and has room for it",
            e);
      }
    });
  }

  /** Whether the running call was ended early; called by any thread. */
  private boolean ended() {
    Call running = call;
    return running != null && running.ended();
  }

  boolean servesThisThread() {
    Call running = call;
    return running != null && running.servesThisThread();
  }

  private <T> T computing(GenerationOptions options, Supplier<T> work) {
    return computing(options.timeout(), options.cancellation(), work);
  }

  /** As {@link #computing(Supplier)}, with a timeout and a cancellation. */
  private <T> T computing(
      Optional<Duration> timeout, Optional<Cancellation> cancellation, Supplier<T> work) {
    return computing(() -> {
      timeout.ifPresent(limit -> call.limit(limit, shared.timer()));
      cancellation.ifPresent(call::cancelOn);
      return work.get();
    });
  }

  /** As {@link #computing(Optional, Optional, Supplier)}, for a call without a partial result. */
  private <T> T whole(
      Optional<Duration> timeout, Optional<Cancellation> cancellation, Supplier<T> work) {
    return computing(
        timeout,
        cancellation,
        () -> {
          try {
            call.requireRunning();
            return work.get();
          } catch (CancellationException e) {
            if (timeout.isPresent() && call.ending().equals(Optional.of(FinishReason.TIMEOUT))) {
              throw new CallTimeoutException(
                  "the call did not end within its time limit of " + timeout.get());
            }
            throw e;
          }
        });
  }

  /**
   * Runs a call that computes tokens: exclusive use of the session, admission by the scheduler, the
   * work.
   */
  private <T> T computing(Supplier<T> work) {
    enter();
    try {
      context.begin();
      try {
        T result = work.get();
        checkFiles();
        return result;
      } catch (InternalError e) { // a page of a mapped file cannot be read
        checkFiles();
        throw e;
      } finally {
        context.end();
      }
    } finally {
      leave();
    }
  }

  /** Checks for truncated files, which explain a fault and invalidate a result. */
  private void checkFiles() {
    context.checkSource();
    shared.files().checkUnchanged();
  }

  /** Runs work with exclusive use of the session. */
  private <T> T exclusively(Supplier<T> work) {
    enter();
    try {
      return work.get();
    } finally {
      leave();
    }
  }

  private void enter() {
    if (closed || !idle.tryAcquire()) {
      throw refusal();
    }
    call = new Call(this::wake);
    if (closed) { // closed meanwhile; its cancellation may have been missed
      leave();
      throw refusal();
    }
  }

  private void leave() {
    call.close();
    call = null;
    idle.release();
  }

  private RuntimeException refusal() {
    Call busy = call;
    if (closed) {
      return new ClosedException("the session is closed");
    } else if (servesThisThread()) {
      return new IllegalStateException(
          "the session calls this sink, which cannot use the session meanwhile");
    }
    String name = busy == null ? "that is just leaving" : busy.threadName();
    return new IllegalStateException(
        "the session is in use by thread " + name + "; give each thread its own");
  }

  @Override
  public void cancel() {
    Call running = call;
    if (running != null) {
      running.end(FinishReason.CANCELLED);
    }
  }

  /** Wakes the waiting threads of a call that was ended. */
  private void wake() {
    Closing cancelling = new Closing();
    cancelling.step(context::cancel);
    samples.forEach(sample -> cancelling.step(sample::cancel));
    embedder.ifPresent(embedding -> cancelling.step(embedding::cancel));
    cancelling.finish();
  }

  @Override
  public void close() {
    if (servesThisThread()) {
      throw new IllegalStateException(
          "the session cannot be closed from its sink; return false from it, and close later");
    }
    closed = true;
    Closing closing = new Closing().step(this::cancel);
    // The permit is never released: later callers find the session closed.
    if (takeForever()) {
      closing.step(context::close).step(() -> shared.sessions().remove(this));
    }
    closing.finish();
  }

  private synchronized boolean takeForever() {
    if (released) {
      return false;
    }
    idle.acquireUninterruptibly();
    released = true;
    return true;
  }
}
