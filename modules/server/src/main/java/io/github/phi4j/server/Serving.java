package io.github.phi4j.server;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Tokenizer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** The model and the state that endpoints share. */
record Serving(Generator generator, Settings settings, Load load, Metrics metrics) {

  Tokenizer tokenizer() {
    return generator.tokenizer();
  }

  /**
   * Checks the model name of a request.
   *
   * @return the name to use in answers
   */
  String model(Fields fields) {
    Optional<String> asked = fields.string("model").filter(name -> !name.isBlank());
    if (asked.isEmpty()) {
      return settings.modelName();
    }
    return named(asked.get())
        .orElseThrow(() ->
            new ApiException(
                404,
                "invalid_request_error",
                fields.name("model"),
                "model_not_found",
                "The model '"
                    + asked.get()
                    + "' does not exist; this server has "
                    + settings.modelName()
                    + "."));
  }

  /** Returns the requested name, if it is one of the model's names. */
  Optional<String> named(String name) {
    String untagged = name.endsWith(":latest") ? name.substring(0, name.length() - 7) : name;
    return settings.modelNames().stream()
        .filter(each -> each.equalsIgnoreCase(name) || each.equalsIgnoreCase(untagged))
        .findFirst();
  }

  /** Runs a generation and writes its answer meanwhile. */
  void write(Exchange exchange, LiveAnswer.Format format, LiveAnswer.Work work) throws IOException {
    write(exchange, format, settings.heartbeat(), work);
  }

  /** Runs a generation and writes its answer meanwhile, with the given heartbeat interval. */
  void write(Exchange exchange, LiveAnswer.Format format, Duration heartbeat, LiveAnswer.Work work)
      throws IOException {
    LiveAnswer.write(exchange, format, load, heartbeat, work);
  }

  /**
   * Samples several completions of each prompt, all in parallel. Sample {@code j} of prompt {@code
   * i} has the index {@code i * samples + j}, as in OpenAI's API.
   *
   * @throws InterruptedException if the answers are no longer wanted
   */
  List<Completion> generate(
      List<Prompt> prompts,
      GenerationOptions options,
      int samples,
      IntFunction<? extends TextSink> sinks)
      throws InterruptedException {
    if (prompts.size() == 1) {
      return generate(prompts.getFirst(), options, samples, sinks);
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<List<Completion>>> calls = new ArrayList<>();
      for (int i = 0; i < prompts.size(); i++) {
        Prompt prompt = prompts.get(i);
        int first = i * samples;
        calls.add(() -> generate(prompt, options, samples, j -> sinks.apply(first + j)));
      }
      List<Completion> completions = new ArrayList<>();
      for (Future<List<Completion>> each : threads.invokeAll(calls)) {
        completions.addAll(each.get());
      }
      return completions;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  private List<Completion> generate(
      Prompt prompt, GenerationOptions options, int samples, IntFunction<? extends TextSink> sinks)
      throws InterruptedException {
    List<Completion> completions =
        samples == 1
            ? List.of(generator.generate(prompt, options, sinks.apply(0)))
            : generator.generate(prompt, options, samples, sinks);
    for (Completion completion : completions) {
      if (completion.finishReason() == FinishReason.CANCELLED) {
        throw new InterruptedException("the generation was cancelled");
      }
      metrics.count(completion);
    }
    return completions;
  }
}
