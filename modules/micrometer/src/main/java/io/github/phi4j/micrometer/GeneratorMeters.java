package io.github.phi4j.micrometer;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.PassReport;
import io.github.phi4j.api.Timings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** The meters of one generator. */
final class GeneratorMeters {

  /**
   * The error type of meters without an error, since registries require the same tags on all meters
   * of a name.
   */
  private static final String NO_ERROR = "none";

  // Buckets of OpenTelemetry's conventions, extended for slower processors.
  private static final Duration[] REQUEST =
      seconds(
          .01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84,
          327.68);
  private static final Duration[] FIRST_TOKEN =
      seconds(
          .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80);
  private static final Duration[] PER_TOKEN =
      seconds(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5);
  private static final double[] TOKENS = {
    1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576
  };
  private static final double[] WIDTHS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private final MeterRegistry registry;
  private final String model;
  private final Tags own;
  private final CopyOnWriteArraySet<Meter> all = new CopyOnWriteArraySet<>();

  private final Timer load;
  private final Timer passes;
  private final DistributionSummary width;
  private final Counter decoded;
  private final Counter prefilled;
  private final Timer queueWait;

  GeneratorMeters(MeterRegistry registry, Tags common, Generator generator) {
    this.registry = registry;
    model = generator.info().name();
    own = common.and("gen_ai.provider.name", "phi4j", "gen_ai.request.model", model);
    load =
        add(
            Timer.builder("phi4j.model.load")
                .description("Model loading")
                .tags(own)
                .register(registry));
    passes =
        add(
            Timer.builder("phi4j.pass.duration")
                .description("Forward passes")
                .tags(own)
                .serviceLevelObjectives(PER_TOKEN)
                .register(registry));
    width =
        add(
            DistributionSummary.builder("phi4j.pass.width")
                .description("Sequences in a forward pass")
                .tags(own)
                .serviceLevelObjectives(WIDTHS)
                .register(registry));
    decoded = tokens("decode", "Decoded tokens, including speculative ones");
    prefilled = tokens("prefill", "Computed prompt tokens");
    queueWait =
        add(
            Timer.builder("phi4j.queue.wait")
                .description("From a call to its first forward pass")
                .tags(own)
                .serviceLevelObjectives(FIRST_TOKEN)
                .register(registry));
    gauge(
        "phi4j.calls.active",
        "Running and waiting calls",
        "",
        generator,
        g -> g.workload().calls());
    gauge("phi4j.calls.waiting", "Waiting calls", "", generator, g -> g.workload().waiting());
    gauge(
        "phi4j.kv.memory",
        "Memory of KV caches",
        "bytes",
        generator,
        g -> g.workload().kvCacheBytes());
    gauge(
        "phi4j.prefix.cache.memory",
        "Memory of the prefix cache",
        "bytes",
        generator,
        g -> g.prefixCacheUsage().bytes());
    count(
        "phi4j.prefix.cache.hits",
        "Prefix cache hits",
        generator,
        g -> g.prefixCacheUsage().hits());
    count(
        "phi4j.prefix.cache.misses",
        "Prefix cache misses",
        generator,
        g -> g.prefixCacheUsage().misses());
    count(
        "phi4j.prefix.cache.tokens",
        "Tokens taken from the prefix cache",
        generator,
        g -> g.prefixCacheUsage().reusedTokens());
  }

  private static Duration[] seconds(double... values) {
    return DoubleStream.of(values)
        .mapToObj(value -> Duration.ofNanos(Math.round(value * 1e9)))
        .toArray(Duration[]::new);
  }

  private <M extends Meter> M add(M meter) {
    all.add(meter);
    return meter;
  }

  private Counter tokens(String type, String description) {
    return add(
        Counter.builder("phi4j.tokens")
            .description(description)
            .tags(own.and("type", type))
            .register(registry));
  }

  private void gauge(
      String name,
      String description,
      String unit,
      Generator generator,
      ToDoubleFunction<Generator> value) {
    add(
        Gauge.builder(name, generator, value)
            .description(description)
            .baseUnit(unit.isEmpty() ? null : unit)
            .tags(own)
            .register(registry));
  }

  private void count(
      String name, String description, Generator generator, ToDoubleFunction<Generator> value) {
    add(
        FunctionCounter.builder(name, generator, value)
            .description(description)
            .tags(own)
            .register(registry));
  }

  void loaded(Duration time) {
    load.record(time);
  }

  void passed(PassReport pass) {
    passes.record(pass.time());
    width.record(pass.sequences());
    decoded.increment(pass.decodeTokens());
    prefilled.increment(pass.prefillTokens());
  }

  void finished(GenerationReport generation) {
    queueWait.record(generation.queueWait());
    String error =
        generation.failure().map(failure -> failure.getClass().getSimpleName()).orElse(NO_ERROR);
    Tags tags = own.and("gen_ai.operation.name", "generate_content", "error.type", error);
    timer("gen_ai.server.request.duration", "Requests", tags, REQUEST).record(generation.time());
    timer("gen_ai.client.operation.duration", "Requests", tags, REQUEST).record(generation.time());
    generation.completion().ifPresent(this::completed);
  }

  private void completed(Completion completion) {
    Tags tags =
        own.and("gen_ai.operation.name", "generate_content").and("gen_ai.response.model", model);
    Timings timings = completion.timings();
    int generated = completion.usage().completionTokens();
    if (generated > 0) {
      timer(
              "gen_ai.server.time_to_first_token",
              "From a call to its first token",
              tags,
              FIRST_TOKEN)
          .record(timings.prefill());
    }
    if (generated > 1) {
      timer(
              "gen_ai.server.time_per_output_token",
              "Time of each token after the first",
              tags,
              PER_TOKEN)
          .record(timings.decode().dividedBy(generated - 1));
    }
    usage(tags, "input").record(completion.usage().promptTokens());
    usage(tags, "output").record(generated);
    add(Counter.builder("phi4j.generations")
            .description("Generations by finish reason")
            .tags(own.and("finish_reason", completion.finishReason().name()))
            .register(registry))
        .increment();
  }

  private Timer timer(String name, String description, Tags tags, Duration[] buckets) {
    return add(
        Timer.builder(name)
            .description(description)
            .tags(tags)
            .serviceLevelObjectives(buckets)
            .register(registry));
  }

  private DistributionSummary usage(Tags tags, String type) {
    return add(
        DistributionSummary.builder("gen_ai.client.token.usage")
            .description("Tokens of requests")
            .baseUnit("tokens")
            .tags(tags.and("gen_ai.token.type", type))
            .serviceLevelObjectives(TOKENS)
            .register(registry));
  }

  void remove() {
    List.copyOf(all).forEach(registry::remove);
  }
}
