package io.github.phi4j.eval;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Usage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/** A model whose replies are scripted by the test. */
public final class ScriptedModel {

  /** The replies, by prompt and seed. */
  @FunctionalInterface
  public interface Script {
    /** The reply. */
    String reply(String prompt, long seed);
  }

  /** What it replies where the options matter too. */
  @FunctionalInterface
  public interface ConstrainedScript {
    /** The reply. */
    String reply(String prompt, GenerationOptions options, long seed);
  }

  private ScriptedModel() {}

  /** A model that follows a script and looks at the options. */
  public static Completer constrained(ConstrainedScript script) {
    return of(script, text -> -text.length());
  }

  /** A model that follows a script. */
  public static Completer of(Script script) {
    return of(script, text -> -text.length());
  }

  /** A model that follows a script, and gives alternatives their log-probabilities. */
  public static Completer of(Script script, ToDoubleFunction<String> logProb) {
    return of((prompt, _, seed) -> script.reply(prompt, seed), logProb);
  }

  private static Completer of(ConstrainedScript script, ToDoubleFunction<String> logProb) {
    InvocationHandler handler =
        (_, method, arguments) ->
            switch (method.getName()) {
              case "generate" -> generate(script, arguments);
              case "choose" -> choose((List<?>) arguments[1], logProb);
              default -> throw new UnsupportedOperationException(method.toString());
            };
    return (Completer)
        Proxy.newProxyInstance(
            ScriptedModel.class.getClassLoader(), new Class<?>[] {Completer.class}, handler);
  }

  private static Object generate(ConstrainedScript script, Object[] arguments) {
    Prompt prompt = (Prompt) arguments[0];
    GenerationOptions options = (GenerationOptions) arguments[1];
    long seed = options.sampling().seed().orElse(0);
    if (arguments.length == 2 || arguments[2] instanceof TextSink) {
      return one(script, prompt, options, seed, TextSinkOrAll.of(arguments, 2));
    }
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < (int) arguments[2]; i++) {
      TextSink sink =
          arguments.length > 3 ? (TextSink) ((IntFunction<?>) arguments[3]).apply(i) : _ -> true;
      completions.add(one(script, prompt, options, seed + i, sink));
    }
    return completions;
  }

  /** The sink among arguments, or one that takes all. */
  private static final class TextSinkOrAll {
    static TextSink of(Object[] arguments, int index) {
      return arguments.length > index ? (TextSink) arguments[index] : _ -> true;
    }
  }

  private static Completion one(
      ConstrainedScript script,
      Prompt prompt,
      GenerationOptions options,
      long seed,
      TextSink sink) {
    String text = script.reply(text(prompt), options, seed);
    StringBuilder given = new StringBuilder();
    FinishReason reason = FinishReason.STOP;
    for (String piece : text.split("(?<=\\s)", -1)) {
      given.append(piece);
      if (!piece.isEmpty() && !sink.accept(piece)) {
        reason = FinishReason.CANCELLED;
        break;
      }
    }
    int tokens = given.toString().split("\\s+").length;
    return new Completion(
        given.toString(),
        "",
        List.of(),
        new int[0],
        reason,
        new Usage(1, 0, tokens),
        new Timings(Duration.ZERO, 1, Duration.ZERO, tokens, 0, 0),
        List.of());
  }

  private static List<Choice> choose(List<?> alternatives, ToDoubleFunction<String> logProb) {
    double sum =
        alternatives.stream().mapToDouble(a -> Math.exp(logProb.applyAsDouble((String) a))).sum();
    return alternatives.stream()
        .map(a -> {
          double value = logProb.applyAsDouble((String) a);
          double p = Math.exp(value) / sum;
          return new Choice((String) a, p, p, List.of(new TokenLogProb(0, value, List.of())));
        })
        .toList();
  }

  /** The last message, or the text. */
  static String text(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Chat chat -> chat.messages().getLast().content();
      case Prompt.Raw raw -> raw.text();
      default -> prompt.toString();
    };
  }
}
