package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.Usage;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.text.GgufTokenizer;
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
  private final BooleanSupplier cancelled;
  private final SamplerChain sampler;
  private final int[] stopTokens;

  private final Reply reply;
  private final List<Integer> generated = new ArrayList<>();

  Generation(
      DefaultGenerator generator,
      Context context,
      GenerationOptions options,
      TextSink sink,
      BooleanSupplier cancelled) {
    this.tokenizer = generator.model().tokenizer();
    this.context = context;
    this.options = options;
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
            options.minTokens());
    reply = new Reply(tokenizer, options, false, sink);
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
    boolean stopToken = false;
    try {
      context.append(prompt, kept, null);
      prefilled = context.computedTokens() - computedBefore;
      prefillEnd = System.nanoTime();
      reason = decode();
      stopToken = reason == FinishReason.STOP;
    } catch (CancellationException _) {
      reason = FinishReason.CANCELLED;
      if (prefillEnd == start) {
        prefilled = context.computedTokens() - computedBefore;
        prefillEnd = System.nanoTime();
      }
    }
    reply.finish();
    long end = System.nanoTime();
    return new Completion(
        reply.text(),
        reply.thoughts(),
        reply.calls(reason),
        generated,
        reason,
        new Usage(prompt.length, kept, generated.size() + (stopToken ? 1 : 0)),
        new Timings(
            Duration.ofNanos(prefillEnd - start),
            prefilled,
            Duration.ofNanos(end - prefillEnd),
            context.computedTokens() - computedBefore - prefilled));
  }

  private FinishReason decode() {
    while (true) {
      if (generated.size() >= options.maxTokens()) {
        return FinishReason.MAX_TOKENS;
      }
      if (context.full()) {
        return FinishReason.CONTEXT_FULL;
      }
      if (cancelled.getAsBoolean()) {
        return FinishReason.CANCELLED;
      }
      int token = reply.forced();
      if (token < 0) {
        token = sampler.next(context.logits(), context.tokens(), context.length());
        if (Arrays.binarySearch(stopTokens, token) >= 0) {
          if (reply.endsAtStop()) {
            return FinishReason.STOP;
          }
          continue;
        }
      }
      generated.add(token);
      context.add(token);
      reply.accept(token);
      if (reply.stopped()) {
        return FinishReason.STOP_STRING;
      }
      if (reply.refused()) {
        return FinishReason.CANCELLED;
      }
    }
  }
}
