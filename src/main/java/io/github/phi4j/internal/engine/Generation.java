package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Usage;
import io.github.phi4j.internal.event.PrefillEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.sampling.LogProbabilities;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.schema.Language;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/** A completion: prefill, then decode and sample until a reason to finish. */
final class Generation {

  private final GgufTokenizer tokenizer;
  private final Context context;
  private final GenerationOptions options;
  private final Call call;
  private final SamplerChain sampler;
  private final Speculator speculator;
  private final TextSink sink;
  private final int[] stopTokens;

  private final Reply reply;
  private final Optional<TokenConstraint> constraint;
  private int[] generated = new int[64]; // the first length of them
  private int length;
  private final LogProbabilities logProbabilities = new LogProbabilities();
  private final List<TokenLogProb> logProbs = new ArrayList<>();
  private final List<String> unenforced = new ArrayList<>(); // by the grammar
  private int[] prompt = {};
  private CallIds callIds; // from the first call on
  private boolean stopTokenChosen;
  private int kept; // tokens that a context shift keeps

  /**
   * Creates a completion.
   *
   * @param begun the half-written message at the end of the prompt, if any
   */
  Generation(
      Lexicon lexicon,
      Context context,
      GenerationOptions options,
      Optional<Message> begun,
      Speculator speculator,
      TextSink sink,
      Call call) {
    this.tokenizer = lexicon.tokenizer();
    this.context = context;
    this.options = options;
    this.speculator = speculator;
    this.sink = sink;
    this.call = call;
    reply = new Reply(tokenizer, options, begun, this::nextCallId, sink);
    int[] own = tokenizer.stopTokens();
    IntStream asked = IntStream.of(options.stopTokens());
    IntStream banned = IntStream.concat(IntStream.of(lexicon.neverSampled()), reply.banned());
    if (options.ignoreModelStop()) {
      banned = IntStream.concat(banned, IntStream.of(own));
      stopTokens = asked.sorted().toArray();
    } else {
      stopTokens = IntStream.concat(IntStream.of(own), asked).sorted().toArray();
    }
    int vocabularySize = tokenizer.vocabularySize();
    constraint =
        reply
            .constraint(language -> compiled(language, lexicon).constraint(stopTokens))
            .map(this::begun)
            .map(whole -> new LateConstraint(whole, vocabularySize, reply::guided));
    sampler =
        new SamplerChain(
            options.sampling(),
            vocabularySize,
            banned.toArray(),
            stopTokens,
            options.minTokens(),
            lexicon.sequenceBreakers(options.sampling()),
            constraint);
  }

  /** Advances the constraint over the half-written message. */
  private TokenConstraint begun(TokenConstraint whole) {
    int[] tokens = tokenizer.encode(reply.begunAnswer());
    for (int i = 0; i < tokens.length; i++) {
      if (!whole.allows(tokens[i])) {
        throw new IllegalArgumentException(
            "the half-written message is not the beginning of a text that the grammar allows: \""
                + Printable.of(tokenizer.decode(tokens[i]))
                + "\" cannot follow \""
                + Printable.of(tokenizer.decode(Arrays.copyOf(tokens, i)))
                + "\"");
      }
      whole.accept(tokens[i]);
    }
    return whole;
  }

  private CompiledGrammar compiled(Language language, Lexicon lexicon) {
    CompiledGrammar grammar = call.await(() -> lexicon.compile(language, call::ended));
    unenforced.addAll(grammar.unenforced());
    return grammar;
  }

  /** The completion of a call that was ended before it began. */
  static Completion cancelled(int[] prompt, FinishReason reason) {
    return new Completion(
        "",
        "",
        List.of(),
        new int[0],
        reason,
        new Usage(prompt.length, 0, 0),
        new Timings(Duration.ZERO, 0, Duration.ZERO, 0, 0, 0),
        List.of());
  }

  Completion run(int[] prompt) {
    this.prompt = prompt;
    kept = options.contextShift().map(shift -> kept(shift, prompt.length)).orElse(0);
    if (options.contextShift().isPresent() && kept >= context.capacity() - 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a context shift that keeps %d tokens leaves no room in a context of %d; %s",
              kept,
              context.capacity(),
              kept == 0 ? "load the model with a longer context" : "keep fewer"));
    }
    Instants times = new Instants(context);
    int computed = context.computedTokens();
    int cached = context.computedPrefix(prompt);
    FinishReason reason;
    try {
      Recorded<PrefillEvent> event = Recorded.begin(PrefillEvent::new);
      context.prefill(prompt);
      cached = Math.max(cached, prompt.length - (context.computedTokens() - computed));
      times.prefilled();
      int reused = cached;
      event.commit(prefill -> {
        prefill.promptTokens = prompt.length;
        prefill.cachedTokens = reused;
      });
      reason = decode();
    } catch (CancellationException _) {
      times.prefilled();
      reason = call.ending().orElse(FinishReason.CANCELLED);
    } finally {
      context.dismiss();
    }
    reply.finish();
    Usage usage = new Usage(prompt.length, cached, length + (stopTokenChosen ? 1 : 0));
    return new Completion(
        reply.text(),
        reply.thoughts(),
        reply.calls(reason),
        Arrays.copyOf(generated, length),
        reason,
        usage,
        times.finished(speculator),
        logProbs,
        unenforced);
  }

  private String nextCallId() {
    if (callIds == null) {
      callIds = new CallIds(options.sampling().seed(), prompt, Arrays.copyOf(generated, length));
    }
    return callIds.get();
  }

  private static int kept(ContextShift shift, int promptLength) {
    return switch (shift) {
      case ContextShift.Keep keep -> keep.tokens();
      case ContextShift.KeepPrompt _ -> promptLength;
    };
  }

  private FinishReason decode() {
    FinishReason end = null;
    while (end == null) {
      end = step();
    }
    return end;
  }

  /** Generates a token; returns the reason to finish, or null to go on. */
  private FinishReason step() {
    int token = reply.forced();
    if (token < 0 && constraint.filter(TokenConstraint::isComplete).isPresent()) {
      return FinishReason.STOP;
    }
    FinishReason limit = limit();
    if (limit != null) {
      return limit;
    }
    if (context.full()) {
      context.shift(kept);
    }
    boolean drawn = token < 0;
    if (drawn) {
      token = sample();
      if (Arrays.binarySearch(stopTokens, token) >= 0) {
        stopTokenChosen = reply.endsAtStop();
        return stopTokenChosen ? FinishReason.STOP : null;
      }
      follow(token);
    }
    take(token, drawn);
    if (reply.stopped()) {
      return FinishReason.STOP_STRING;
    }
    return reply.refused() ? FinishReason.CANCELLED : null;
  }

  private void follow(int token) {
    if (constraint.isPresent()) {
      constraint.get().accept(token);
      if (constraint.get().isComplete()) {
        reply.close();
      }
    }
  }

  private FinishReason limit() {
    if (length >= options.maxTokens()) {
      return FinishReason.MAX_TOKENS;
    }
    if (context.full() && options.contextShift().isEmpty()) {
      return FinishReason.CONTEXT_FULL;
    }
    return call.ending().orElse(null);
  }

  private int sample() {
    speculator.computeLogits(context, options.maxTokens() - length - 1);
    int token = sampler.next(context.logits(), context.tokens(), context.length());
    speculator.learn(token);
    return token;
  }

  private void take(int token, boolean drawn) {
    if (length == generated.length) {
      generated = Arrays.copyOf(generated, 2 * length);
    }
    generated[length++] = token;
    if (options.logProbs().isPresent() || options.samplingProbs().isPresent()) {
      Optional<TokenLogProb.Sampled> sampled =
          options.samplingProbs().stream()
              .mapToObj(count ->
                  drawn ? sampler.sampled(token, count) : SamplerChain.certain(token, count))
              .findAny();
      emit(logProbabilities.of(context.logits(), token, options.logProbs().orElse(0), sampled));
    }
    context.add(token);
    reply.accept(token);
  }

  private void emit(TokenLogProb logProb) {
    logProbs.add(logProb);
    if (!sink.acceptLogProb(logProb)) {
      reply.refuse();
    }
  }

  /** The measurements of a completion's phases. */
  private static final class Instants {
    private final Context context;
    private final long start = System.nanoTime();
    private final int computedBefore;
    private long prefillEnd;
    private int prefilled = -1;

    Instants(Context context) {
      this.context = context;
      computedBefore = context.computedTokens();
    }

    /** Ends the prefill phase; only the first call counts. */
    void prefilled() {
      if (prefilled < 0) {
        prefilled = context.computedTokens() - computedBefore;
        prefillEnd = System.nanoTime();
      }
    }

    Timings finished(Speculator speculator) {
      return new Timings(
          Duration.ofNanos(prefillEnd - start),
          prefilled,
          Duration.ofNanos(System.nanoTime() - prefillEnd),
          context.computedTokens() - computedBefore - prefilled,
          speculator.drafted(),
          speculator.accepted());
    }
  }
}
