package io.github.phi4j.server;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.PrefixCacheUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of {@code /metrics} in Prometheus's format: OpenTelemetry's metrics for servers of
 * generative models, and a few of the server's own.
 */
final class Metrics implements Route {

  private static final Duration[] LATENCIES = {
    Duration.ofMillis(10),
    Duration.ofMillis(40),
    Duration.ofMillis(160),
    Duration.ofMillis(640),
    Duration.ofMillis(2560),
    Duration.ofMillis(10240),
    Duration.ofMillis(40960),
    Duration.ofMillis(163840)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Timer duration;
  private final Timer firstToken;
  private final Timer perToken;
  private final DistributionSummary input;
  private final DistributionSummary output;
  private final Counter cached;

  Metrics(Generator generator, Load load, String model) {
    registry.config().commonTags("gen_ai.request.model", model, "gen_ai.provider.name", "phi4j");
    duration = timer("gen_ai.server.request.duration", "From the start of a generation to its end");
    firstToken = timer("gen_ai.server.time_to_first_token", "From the start to the first token");
    perToken = timer("gen_ai.server.time_per_output_token", "Each token after the first");
    input = summary("input");
    output = summary("output");
    cached =
        Counter.builder("phi4j.server.prompt.tokens.cached")
            .description("Prompt tokens taken from a cache")
            .register(registry);
    Gauge.builder("phi4j.server.requests.active", load, Load::count)
        .description("Running and waiting generations")
        .register(registry);
    Gauge.builder("phi4j.prefix.cache.bytes", generator, g -> usage(g).bytes())
        .baseUnit("bytes")
        .register(registry);
    FunctionCounter.builder("phi4j.prefix.cache.hits", generator, g -> usage(g).hits())
        .register(registry);
    FunctionCounter.builder("phi4j.prefix.cache.misses", generator, g -> usage(g).misses())
        .register(registry);
  }

  private static PrefixCacheUsage usage(Generator generator) {
    return generator.prefixCacheUsage();
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(LATENCIES)
        .register(registry);
  }

  private DistributionSummary summary(String type) {
    return DistributionSummary.builder("gen_ai.client.token.usage")
        .description("Tokens of a request")
        .tag("gen_ai.token.type", type)
        .serviceLevelObjectives(1, 16, 256, 4096, 65536)
        .register(registry);
  }

  void count(Completion completion) {
    Duration prefill = completion.timings().prefill();
    Duration decode = completion.timings().decode();
    int tokens = completion.usage().completionTokens();
    duration.record(prefill.plus(decode));
    firstToken.record(prefill);
    if (tokens > 1) {
      perToken.record(decode.toNanos() / (tokens - 1), TimeUnit.NANOSECONDS);
    }
    input.record(completion.usage().promptTokens());
    output.record(tokens);
    cached.increment(completion.usage().cachedTokens());
  }

  /** Counts an answer by its status. */
  void answered(String path, int status) {
    Counter.builder("phi4j.server.requests")
        .description("Requests by route and status")
        .tag("route", path)
        .tag("status", Integer.toString(status))
        .register(registry)
        .increment();
  }

  @Override
  public void answer(Exchange exchange) throws IOException {
    exchange.body(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        registry.scrape().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
