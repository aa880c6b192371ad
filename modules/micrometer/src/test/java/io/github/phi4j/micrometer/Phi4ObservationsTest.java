package io.github.phi4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Observations agree with the results, and their traces are complete. */
final class Phi4ObservationsTest {

  private static final Path MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");
  private static final GenerationOptions EIGHT =
      GenerationOptions.builder().maxTokens(8).ignoreModelStop(true).build();
  private static final Prompt PROMPT = Prompt.raw("Tom has 7 apples and buys 3 more.");

  private static Generator load(ObservationRegistry registry) {
    return Phi4.load(
        MODEL, LoadOptions.builder().threads(1).listeners(new Phi4Observations(registry)).build());
  }

  @Test
  void anObservationHasTheRequestAndTheResult() {
    TestObservationRegistry registry = TestObservationRegistry.create();
    try (Generator generator = load(registry)) {
      GenerationOptions options =
          EIGHT.toBuilder().sampling(Sampling.topP(0.5f, 0.9f).toBuilder().seed(7).build()).build();
      int prompt = generator.generate(PROMPT, options).usage().promptTokens();

      TestObservationRegistryAssert.assertThat(registry)
          .hasSingleObservationThat()
          .hasNameEqualTo("gen_ai.client.operation")
          .hasContextualNameEqualTo("generate_content " + generator.info().name())
          .hasLowCardinalityKeyValue("gen_ai.operation.name", "generate_content")
          .hasLowCardinalityKeyValue("gen_ai.provider.name", "phi4j")
          .hasLowCardinalityKeyValue("gen_ai.request.model", generator.info().name())
          .hasHighCardinalityKeyValue("gen_ai.request.max_tokens", "8")
          .hasHighCardinalityKeyValue("gen_ai.request.temperature", "0.5")
          .hasHighCardinalityKeyValue("gen_ai.request.seed", "7")
          .hasHighCardinalityKeyValue("gen_ai.usage.input_tokens", "" + prompt)
          .hasHighCardinalityKeyValue("gen_ai.usage.output_tokens", "8")
          .hasHighCardinalityKeyValue("gen_ai.response.finish_reasons", "max_tokens")
          .hasBeenStarted()
          .hasBeenStopped();
      assertThat(registry.getCurrentObservation()).isNull();
    }
  }

  @Test
  void openTelemetryGetsNestedSpans() {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
    OtelTracer tracer =
        new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), _ -> {});
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
    List<SpanData> all;
    try (provider;
        Generator generator = load(registry)) {
      Observation.createNotStarted("request", registry)
          .observe(() ->
              generator.generate(
                  PROMPT,
                  EIGHT,
                  _ -> {
                    generator.generate(Prompt.raw("Within"), EIGHT);
                    return false;
                  }));
      assertThatThrownBy(() -> generator.generate(Prompt.raw(""), EIGHT))
          .isInstanceOf(RuntimeException.class);
      all = spans.getFinishedSpanItems(); // cleared by closing
    }

    assertThat(all).hasSize(4);
    SpanData inner = all.get(0);
    SpanData outer = all.get(1);
    SpanData request = all.get(2);
    SpanData failed = all.get(3);
    assertThat(outer.getParentSpanId()).isEqualTo(request.getSpanId());
    assertThat(inner.getParentSpanId()).isEqualTo(outer.getSpanId());
    assertThat(inner.getTraceId()).isEqualTo(request.getTraceId());
    assertThat(inner.getAttributes().get(AttributeKey.stringKey("gen_ai.usage.output_tokens")))
        .isEqualTo("8");
    assertThat(outer.getAttributes().get(AttributeKey.stringKey("gen_ai.response.finish_reasons")))
        .isEqualTo("cancelled");
    assertThat(inner.getEvents())
        .extracting(EventData::getName)
        .containsExactly("prefill begins", "first token");
    assertThat(failed.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(failed.getParentSpanContext().isValid()).isFalse();
  }
}
