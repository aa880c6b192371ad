package io.github.phi4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Prompt;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The meters agree with the results, and the dashboard with the meters. */
final class Phi4MetricsTest {

  private static final Path MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");
  private static final Path DASHBOARD = Path.of("../../docs/grafana/phi4j.json");
  private static final GenerationOptions EIGHT =
      GenerationOptions.builder().maxTokens(8).ignoreModelStop(true).build();
  private static final Prompt PROMPT = Prompt.raw("Tom has 7 apples and buys 3 more. ".repeat(12));

  private static Generator load(MeterRegistry registry, Tag... tags) {
    return Phi4.load(
        MODEL, LoadOptions.builder().threads(1).listeners(new Phi4Metrics(registry, tags)).build());
  }

  @Test
  void requestsAndTokensHaveOpenTelemetrysNames() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Generator generator = load(registry, Tag.of("site", "here"))) {
      int prompt = generator.generate(PROMPT, EIGHT).usage().promptTokens();
      generator.generate(PROMPT, EIGHT);
      assertThatThrownBy(() -> generator.generate(Prompt.raw("")))
          .isInstanceOf(RuntimeException.class);

      assertThat(registry.get("gen_ai.server.request.duration").timers())
          .hasSize(2)
          .extracting(timer -> timer.getId().getTag("error.type"))
          .contains("none");
      assertThat(
              registry
                  .get("gen_ai.client.operation.duration")
                  .tag("error.type", "none")
                  .timer()
                  .count())
          .isEqualTo(2);
      assertThat(registry.get("gen_ai.server.time_to_first_token").timer().count()).isEqualTo(2);
      assertThat(registry.get("gen_ai.server.time_per_output_token").timer().count()).isEqualTo(2);
      assertThat(
              registry
                  .get("gen_ai.client.token.usage")
                  .tag("gen_ai.token.type", "output")
                  .summary()
                  .totalAmount())
          .isEqualTo(16);
      assertThat(
              registry
                  .get("gen_ai.client.token.usage")
                  .tag("gen_ai.token.type", "input")
                  .summary()
                  .totalAmount())
          .isEqualTo(2 * prompt);
      assertThat(registry.getMeters())
          .filteredOn(meter -> meter.getId().getTag("le") == null) // buckets
          .allSatisfy(meter -> {
            assertThat(meter.getId().getTag("site")).isEqualTo("here");
            assertThat(meter.getId().getTag("gen_ai.provider.name")).isEqualTo("phi4j");
            assertThat(meter.getId().getTag("gen_ai.request.model"))
                .isEqualTo(generator.info().name());
            assertThat(meter.getId().getDescription()).isNotBlank();
          });
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void theEngineHasMetersToo() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Generator generator = load(registry)) {
      generator.generate(
          PROMPT,
          EIGHT,
          _ ->
              registry.get("phi4j.calls.active").gauge().value() == 1
                  && registry.get("phi4j.calls.waiting").gauge().value() == 0);
      generator.generate(PROMPT, EIGHT);

      assertThat(
              registry
                  .get("phi4j.generations")
                  .tag("finish_reason", "MAX_TOKENS")
                  .counter()
                  .count())
          .isEqualTo(2);
      assertThat(registry.get("phi4j.tokens").tag("type", "decode").counter().count())
          .isBetween(14.0, 16.0);
      assertThat(registry.get("phi4j.pass.width").summary().max()).isEqualTo(1);
      assertThat(registry.get("phi4j.pass.duration").timer().count())
          .isEqualTo(registry.get("phi4j.pass.width").summary().count());
      assertThat(registry.get("phi4j.queue.wait").timer().count()).isEqualTo(2);
      assertThat(registry.get("phi4j.model.load").timer().count()).isEqualTo(1);
      assertThat(registry.get("phi4j.prefix.cache.hits").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("phi4j.prefix.cache.tokens").functionCounter().count()).isPositive();
      assertThat(registry.get("phi4j.kv.memory").gauge().value()).isPositive();
      assertThat(registry.get("phi4j.calls.active").gauge().value()).isZero();
    }
  }

  @Test
  void theDashboardShowsTheMetersOfPrometheus() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Set<String> exposed = new HashSet<>();
    try (Generator generator = load(registry)) {
      generator.generate(PROMPT, EIGHT);
      Matcher name = Pattern.compile("(?m)^([a-z0-9_]+)[{ ]").matcher(registry.scrape());
      while (name.find()) {
        exposed.add(name.group(1));
      }
    }
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    List<String> queries = dashboard.findValuesAsText("expr");

    assertThat(queries).hasSizeGreaterThan(8);
    Pattern metric = Pattern.compile("\\b((?:gen_ai|phi4j)_[a-z_]+)(?=[\\[{])");
    for (String query : queries) {
      Matcher used = metric.matcher(query);
      assertThat(used.find()).as(query).isTrue();
      used.reset();
      used.results().forEach(result -> assertThat(exposed).contains(result.group(1)));
    }
  }
}
