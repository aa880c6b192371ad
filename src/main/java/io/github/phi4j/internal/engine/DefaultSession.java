package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** A context that one thread at a time may use, and any thread may cancel or close. */
final class DefaultSession implements Session {

  private final DefaultGenerator generator;
  private final Context context;
  private final Semaphore idle = new Semaphore(1);
  private boolean released; // guarded by this
  private volatile Thread user;
  private volatile boolean cancelled;
  private volatile boolean closed;

  DefaultSession(DefaultGenerator generator, KvCache cache) {
    this.generator = generator;
    this.context = new Context(generator, cache, () -> cancelled);
  }

  boolean cancelled() {
    return cancelled || Thread.currentThread().isInterrupted();
  }

  boolean servesThisThread() {
    return Thread.currentThread().equals(user);
  }

  /** Runs work that nobody else may disturb. */
  private <T> T exclusively(Supplier<T> work) {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (!idle.tryAcquire()) {
      throw new IllegalStateException(whyBusy());
    }
    try {
      cancelled = false;
      user = Thread.currentThread();
      if (closed) {
        throw new IllegalStateException("the session is closed");
      }
      return work.get();
    } finally {
      user = null;
      idle.release();
    }
  }

  private String whyBusy() {
    Thread busy = user;
    if (closed) {
      return "the session is closed";
    } else if (servesThisThread()) {
      return "the session calls this sink, which cannot use the session meanwhile";
    } else {
      String name = busy == null ? "that is just leaving" : busy.getName();
      return "the session is in use by thread " + name + "; give each thread its own";
    }
  }

  /** As {@link #exclusively}, for work that computes tokens. */
  private <T> T computing(Supplier<T> work) {
    return exclusively(() -> generator.model().file().reading(() -> context.call(work)));
  }

  @Override
  public Completion generate(Prompt prompt, GenerationOptions options, TextSink sink) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(sink, "sink");
    return computing(() -> {
      Generation generation = new Generation(generator, context, options, sink, this::cancelled);
      return generation.run(tokens(prompt, options));
    });
  }

  private int[] tokens(Prompt prompt, GenerationOptions options) {
    GgufTokenizer tokenizer = generator.model().tokenizer();
    int[] ids =
        switch (prompt) {
          case Prompt.Chat chat ->
              tokenizer.encodeChat(
                  ToolPrompt.describe(chat.messages(), options.tools()),
                  options.reasoning().kept());
          case Prompt.Raw _, Prompt.Tokens _ when !options.tools().isEmpty() ->
              throw new IllegalArgumentException(
                  "tools need a conversation, which describes them to the model; use Prompt.chat");
          case Prompt.Raw raw -> tokenizer.encodePrompt(raw.text());
          case Prompt.Tokens tokens -> unbox(tokens.ids());
        };
    check(ids, 0, "the prompt");
    return ids;
  }

  private static int[] unbox(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private void check(int[] ids, int position, String what) {
    if (ids.length == 0) {
      throw new IllegalArgumentException(what + " is empty; give at least one token");
    }
    if (ids.length > generator.contextLength() - position) {
      throw new IllegalArgumentException(
          "%s has %d tokens, but the context has room for %d%s; shorten it or load the model with a longer context"
              .formatted(
                  what,
                  ids.length,
                  generator.contextLength() - position,
                  position == 0 ? "" : " after the " + position + " that it holds"));
    }
    int vocabulary = generator.model().config().vocabularySize();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "%s has token id %d at index %d; the model's ids go from 0 to %d"
                .formatted(what, ids[i], i, vocabulary - 1));
      }
    }
  }

  @Override
  public void feed(int... tokens) {
    feedTo(tokens, null);
  }

  @Override
  public void feed(int[] tokens, LogitsSink sink) {
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
    return computing(() -> {
      if (context.length() == 0) {
        throw new IllegalStateException("there are no logits: the context is empty");
      }
      return context.logits().clone();
    });
  }

  @Override
  public int position() {
    return exclusively(context::length);
  }

  @Override
  public int contextLength() {
    return generator.contextLength();
  }

  @Override
  public void rewind(int position) {
    exclusively(() -> {
      if (position < 0 || position > context.length()) {
        throw new IllegalArgumentException(
            "cannot rewind to position %d; the context holds %d tokens"
                .formatted(position, context.length()));
      }
      context.rewind(position);
      return null;
    });
  }

  @Override
  public void cancel() {
    cancelled = true;
    context.cancel();
  }

  @Override
  public void close() {
    if (servesThisThread()) {
      throw new IllegalStateException(
          "the session cannot be closed from its sink; return false from it, and close later");
    }
    closed = true;
    cancel();
    // Never given back: whoever comes later finds the session closed.
    if (takeForever()) {
      context.close();
      generator.forget(this);
    }
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
