package io.github.phi4j.micrometer;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Sampling;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Objects;

/**
 * Observes each generation, for traces: a registry with a handler of Micrometer Tracing turns it
 * into a span, under OpenTelemetry's names for generative AI. Thread-safe; one serves any number of
 * generators.
 *
 * <pre>{@code
 * LoadOptions options = LoadOptions.builder().listeners(new Phi4Observations(registry)).build();
 * }</pre>
 *
 * <p>The observation is a child of the current one on the thread that calls {@code generate}, and
 * is itself current there until the call ends, also for sinks. A call on another thread has a
 * parent only with context propagation, such as Micrometer's. Prompts and answers are not recorded.
 */
public final class Phi4Observations implements GenerationListener {

  private static final String NAME = "gen_ai.client.operation";
  private static final String OPERATION = "generate_content";

  private final ObservationRegistry registry;

  // The nested generations of a thread: a sink may start another one.
  private final ThreadLocal<Deque<Observation.Scope>> running =
      ThreadLocal.withInitial(ArrayDeque::new);

  /**
   * Creates a listener that observes to a registry.
   *
   * @param registry the registry
   */
  public Phi4Observations(ObservationRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  @Override
  public void started(Generator generator, GenerationOptions options) {
    String model = generator.info().name();
    Observation observation =
        Observation.createNotStarted(NAME, registry)
            .contextualName(OPERATION + " " + model)
            .lowCardinalityKeyValues(
                KeyValues.of(
                    "gen_ai.operation.name", OPERATION,
                    "gen_ai.provider.name", "phi4j",
                    "gen_ai.request.model", model,
                    "gen_ai.response.model", model))
            .highCardinalityKeyValues(asked(options))
            .start();
    running.get().push(observation.openScope());
  }

  private static KeyValues asked(GenerationOptions options) {
    Sampling sampling = options.sampling();
    KeyValues values =
        KeyValues.of(
            "gen_ai.request.temperature", "" + sampling.temperature(),
            "gen_ai.request.top_p", "" + sampling.topP(),
            "gen_ai.request.top_k", "" + sampling.topK(),
            "gen_ai.request.frequency_penalty", "" + sampling.frequencyPenalty(),
            "gen_ai.request.presence_penalty", "" + sampling.presencePenalty());
    if (options.maxTokens() < Integer.MAX_VALUE) {
      values = values.and("gen_ai.request.max_tokens", "" + options.maxTokens());
    }
    return sampling.seed().isPresent()
        ? values.and("gen_ai.request.seed", "" + sampling.seed().getAsLong())
        : values;
  }

  @Override
  public void finished(Generator generator, GenerationReport generation) {
    Deque<Observation.Scope> scopes = running.get();
    Observation.Scope scope = scopes.poll();
    if (scopes.isEmpty()) {
      running.remove();
    }
    if (scope == null) { // its start could not be observed
      return;
    }
    Observation observation = scope.getCurrentObservation();
    scope.close();
    generation.failure().ifPresent(failure -> fail(observation, failure));
    generation.completion().ifPresent(completion -> complete(observation, generation, completion));
    observation.stop();
  }

  private static void fail(Observation observation, Throwable failure) {
    observation.highCardinalityKeyValue("error.type", failure.getClass().getName()).error(failure);
  }

  private static void complete(
      Observation observation, GenerationReport generation, Completion completion) {
    observation.highCardinalityKeyValues(
        KeyValues.of(
            "gen_ai.response.finish_reasons",
                completion.finishReason().name().toLowerCase(Locale.ROOT),
            "gen_ai.usage.input_tokens", "" + completion.usage().promptTokens(),
            "gen_ai.usage.output_tokens", "" + completion.usage().completionTokens(),
            "gen_ai.usage.cache_read.input_tokens", "" + completion.usage().cachedTokens()));
    long start = System.currentTimeMillis() - generation.time().toMillis();
    event(
        observation, "phi4j.prefill", "prefill begins", start + generation.queueWait().toMillis());
    event(
        observation,
        "phi4j.first_token",
        "first token",
        start + completion.timings().prefill().toMillis());
  }

  private static void event(
      Observation observation, String name, String description, long wallTime) {
    observation.event(Observation.Event.of(name, description, wallTime));
  }
}
