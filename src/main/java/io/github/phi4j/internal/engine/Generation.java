package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Usage;
import io.github.phi4j.internal.sampling.LogProbabilities;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.internal.text.StopMatcher;
import io.github.phi4j.internal.text.Utf8Accumulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** One completion: prefill, then decode and sample until something ends it. */
final class Generation {

  private final GgufTokenizer tokenizer;
  private final Context context;
  private final GenerationOptions options;
  private final TextSink sink;
  private final BooleanSupplier cancelled;
  private final SamplerChain sampler;
  private final Speculator speculator;
  private final int[] stopTokens;

  private final Utf8Accumulator utf8 = new Utf8Accumulator();
  private final StopMatcher stopMatcher;
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> generated = new ArrayList<>();
  private final LogProbabilities logProbabilities = new LogProbabilities();
  private final List<TokenLogProb> logProbs = new ArrayList<>();
  private boolean refused;

  Generation(
      DefaultGenerator generator,
      Context context,
      GenerationOptions options,
      Speculator speculator,
      TextSink sink,
      BooleanSupplier cancelled) {
    this.tokenizer = generator.model().tokenizer();
    this.context = context;
    this.options = options;
    this.speculator = speculator;
    this.sink = sink;
    this.cancelled = cancelled;
    int[] own = tokenizer.stopTokens();
    IntStream asked = options.stopTokens().stream().mapToInt(Integer::intValue);
    IntStream banned = IntStream.of(generator.neverSampled());
    if (options.ignoreModelStop()) {
      banned = IntStream.concat(banned, IntStream.of(own));
      stopTokens = asked.sorted().toArray();
    } else {
      stopTokens = IntStream.concat(IntStream.of(own), asked).sorted().toArray();
    }
    sampler =
        new SamplerChain(
            options.sampling(),
            tokenizer.vocabularySize(),
            banned.toArray(),
            stopTokens,
            options.minTokens(),
            generator.sequenceBreakers(options.sampling()));
    stopMatcher = new StopMatcher(options.stopStrings());
  }

  /** A completion that was cancelled before it began. */
  static Completion cancelled(int[] prompt) {
    return new Completion(
        "",
        List.of(),
        FinishReason.CANCELLED,
        new Usage(prompt.length, 0, 0),
        new Timings(Duration.ZERO, 0, Duration.ZERO, 0, 0, 0),
        List.of());
  }

  Completion run(int[] prompt) {
    int keep = options.contextShift().orElse(0);
    if (keep >= context.capacity() - 1) {
      throw new IllegalArgumentException(
          "a context shift that keeps %d tokens leaves no room in a context of %d; keep fewer"
              .formatted(keep, context.capacity()));
    }
    Instants times = new Instants(context);
    int computed = context.computedTokens();
    int cached = context.computedPrefix(prompt);
    FinishReason reason;
    try {
      context.prefill(prompt);
      cached = Math.max(cached, prompt.length - (context.computedTokens() - computed));
      times.prefilled();
      reason = decode();
    } catch (CancellationException _) {
      times.prefilled();
      reason = FinishReason.CANCELLED;
    } finally {
      context.dismiss();
    }
    flush(reason);
    int stopToken = reason == FinishReason.STOP ? 1 : 0;
    Usage usage = new Usage(prompt.length, cached, generated.size() + stopToken);
    return new Completion(
        text.toString(), generated, reason, usage, times.finished(speculator), logProbs);
  }

  private FinishReason decode() {
    FinishReason end = null;
    while (end == null) {
      end = step();
    }
    return end;
  }

  /** Generates a token; the reason to end, or null to go on. */
  private FinishReason step() {
    FinishReason limit = limit();
    if (limit != null) {
      return limit;
    }
    if (context.full()) {
      context.shift(options.contextShift().orElseThrow());
    }
    int token = sample();
    if (Arrays.binarySearch(stopTokens, token) >= 0) {
      return FinishReason.STOP;
    }
    take(token);
    if (stopMatcher.isMatched()) {
      return FinishReason.STOP_STRING;
    }
    return refused ? FinishReason.CANCELLED : null;
  }

  private FinishReason limit() {
    if (generated.size() >= options.maxTokens()) {
      return FinishReason.MAX_TOKENS;
    }
    if (context.full() && options.contextShift().isEmpty()) {
      return FinishReason.CONTEXT_FULL;
    }
    return cancelled.getAsBoolean() ? FinishReason.CANCELLED : null;
  }

  private int sample() {
    speculator.computeLogits(context, options.maxTokens() - generated.size() - 1);
    int token = sampler.next(context.logits(), context.tokens(), context.length());
    speculator.learn(token);
    return token;
  }

  private void take(int token) {
    generated.add(token);
    options
        .logProbs()
        .ifPresent(count -> tell(logProbabilities.of(context.logits(), token, count)));
    context.add(token);
    emit(stopMatcher.append(utf8.append(tokenizer.bytes(token))));
  }

  /** Emits what was held back, if anybody wants it. */
  private void flush(FinishReason reason) {
    if (reason != FinishReason.STOP_STRING && !refused) {
      emit(stopMatcher.append(utf8.flush()));
      emit(stopMatcher.flush());
    }
  }

  private void tell(TokenLogProb logProb) {
    logProbs.add(logProb);
    sink.acceptLogProb(logProb);
  }

  private void emit(String piece) {
    if (!piece.isEmpty() && !refused) {
      text.append(piece);
      refused = !sink.accept(piece);
    }
  }

  /** What the clock and the context said at the turns of a completion. */
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

    /** The prompt is computed, or given up; only the first call counts. */
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
          speculator.guessed(),
          speculator.accepted());
    }
  }
}
