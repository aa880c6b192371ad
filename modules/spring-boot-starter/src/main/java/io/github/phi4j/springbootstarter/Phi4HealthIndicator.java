package io.github.phi4j.springbootstarter;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Workload;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Health of the model: up once loaded, out of service before, down if loading failed. */
final class Phi4HealthIndicator extends AbstractHealthIndicator {

  private final Supplier<Optional<Generator>> model;

  Phi4HealthIndicator(Supplier<Optional<Generator>> model) {
    super("the model could not be loaded");
    this.model = model;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Optional<Generator> loaded = model.get();
    if (loaded.isEmpty()) {
      builder.outOfService().withDetail("model", "loading");
      return;
    }
    Workload workload = loaded.get().workload();
    builder
        .up()
        .withDetail("model", loaded.get().info().name())
        .withDetail("quantization", loaded.get().info().quantization())
        .withDetail("calls", workload.calls())
        .withDetail("waiting", workload.waiting());
  }
}
