package io.github.phi4j.micrometer.docs;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.micrometer.Phi4Observations;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;

/** Answers a question within a trace, and prints its spans. */
public final class TraceExample {

  private TraceExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    InMemorySpanExporter exporter = InMemorySpanExporter.create(); // or OTLP's
    SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
    OtelTracer tracer =
        new OtelTracer(provider.get("example"), new OtelCurrentTraceContext(), _ -> {});
    ObservationRegistry registry = ObservationRegistry.create();
    registry.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));

    LoadOptions options = LoadOptions.builder().listeners(new Phi4Observations(registry)).build();
    try (provider;
        Generator phi4 = Phi4.load(Path.of(args[0]), options)) {
      Observation.createNotStarted("request", registry)
          .observe(() -> phi4.generate("What is 27 + 45?"));
      exporter.getFinishedSpanItems().forEach(System.out::println);
    }
  }
}
