package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.Usage;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.internal.text.StopMatcher;
import io.github.phi4j.internal.text.Utf8Accumulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
  private final int[] stopTokens;
  private final Optional<TokenConstraint> constraint;

  private final Utf8Accumulator utf8 = new Utf8Accumulator();
  private final StopMatcher stopMatcher;
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> generated = new ArrayList<>();
  private boolean refused;
  private boolean stopTokenChosen;

  Generation(
      DefaultGenerator generator,
      Context context,
      GenerationOptions options,
      TextSink sink,
      BooleanSupplier cancelled) {
    this.tokenizer = generator.model().tokenizer();
    this.context = context;
    this.options = options;
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
    constraint =
        options
            .grammar()
            .map(grammar -> generator.grammars().compile(grammar).constraint(stopTokens));
    sampler =
        new SamplerChain(
            options.sampling(),
            tokenizer.vocabularySize(),
            banned.toArray(),
            stopTokens,
            options.minTokens(),
            constraint);
    stopMatcher = new StopMatcher(options.stopStrings());
  }

  Completion run(int[] prompt) {
    long start = System.nanoTime();
    int computedBefore = context.computedTokens();
    // The last token is always computed, for its logits.
    int kept = Math.min(context.commonPrefix(prompt), prompt.length - 1);
    context.rewind(kept);
    FinishReason reason;
    int prefilled = 0;
    long prefillEnd = start;
    try {
      context.append(prompt, kept, null);
      prefilled = context.computedTokens() - computedBefore;
      prefillEnd = System.nanoTime();
      reason = decode();
    } catch (CancellationException _) {
      reason = FinishReason.CANCELLED;
      if (prefillEnd == start) {
        prefilled = context.computedTokens() - computedBefore;
        prefillEnd = System.nanoTime();
      }
    }
    if (reason != FinishReason.STOP_STRING && !refused) {
      if (constraint.isEmpty()) { // what stands for half a character is not in the grammar
        emit(stopMatcher.append(utf8.flush()));
      }
      emit(stopMatcher.flush());
    }
    long end = System.nanoTime();
    return new Completion(
        text.toString(),
        generated,
        reason,
        new Usage(prompt.length, kept, generated.size() + (stopTokenChosen ? 1 : 0)),
        new Timings(
            Duration.ofNanos(prefillEnd - start),
            prefilled,
            Duration.ofNanos(end - prefillEnd),
            context.computedTokens() - computedBefore - prefilled));
  }

  private FinishReason decode() {
    while (true) {
      if (constraint.isPresent() && constraint.get().isComplete()) {
        return FinishReason.STOP;
      }
      if (generated.size() >= options.maxTokens()) {
        return FinishReason.MAX_TOKENS;
      }
      if (context.full()) {
        return FinishReason.CONTEXT_FULL;
      }
      if (cancelled.getAsBoolean()) {
        return FinishReason.CANCELLED;
      }
      int token = sampler.next(context.logits(), context.tokens(), context.length());
      if (Arrays.binarySearch(stopTokens, token) >= 0) {
        stopTokenChosen = true;
        return FinishReason.STOP;
      }
      constraint.ifPresent(grammar -> grammar.accept(token));
      generated.add(token);
      context.add(token);
      emit(stopMatcher.append(utf8.append(tokenizer.bytes(token))));
      if (stopMatcher.isMatched()) {
        return FinishReason.STOP_STRING;
      }
      if (refused) {
        return FinishReason.CANCELLED;
      }
    }
  }

  private void emit(String piece) {
    if (!piece.isEmpty() && !refused) {
      text.append(piece);
      refused = !sink.accept(piece);
    }
  }
}
