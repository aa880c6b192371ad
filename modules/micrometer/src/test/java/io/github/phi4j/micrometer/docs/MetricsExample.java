package io.github.phi4j.micrometer.docs;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.micrometer.Phi4Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;

/** Answers a question and prints what Prometheus would get. */
public final class MetricsExample {

  private MetricsExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    LoadOptions options = LoadOptions.builder().listeners(new Phi4Metrics(registry)).build();
    try (Generator phi4 = Phi4.load(Path.of(args[0]), options)) {
      phi4.generate("What is 27 + 45?");
      System.out.println(registry.scrape());
    }
  }
}
