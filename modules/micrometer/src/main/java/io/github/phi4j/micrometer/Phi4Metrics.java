package io.github.phi4j.micrometer;

import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.PassReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records metrics of generators: requests and tokens under OpenTelemetry's names for generative AI
 * ({@code gen_ai.*}), and the engine's queue, passes and caches under {@code phi4j.*}. Thread-safe;
 * one instance serves any number of generators, whose meters differ in the tag {@code
 * gen_ai.request.model}. Closing a generator removes its meters.
 *
 * <pre>{@code
 * LoadOptions options = LoadOptions.builder().listeners(new Phi4Metrics(registry)).build();
 * }</pre>
 */
public final class Phi4Metrics implements GenerationListener {

  private final MeterRegistry registry;
  private final Tags tags;
  private final Map<Generator, GeneratorMeters> meters = new ConcurrentHashMap<>();

  /**
   * Creates metrics for a registry.
   *
   * @param registry the registry
   * @param tags additional tags of all meters
   */
  public Phi4Metrics(MeterRegistry registry, Tag... tags) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.tags = Tags.of(tags);
  }

  @Override
  public void loaded(Generator generator, Duration time) {
    GeneratorMeters added = new GeneratorMeters(registry, tags, generator);
    added.loaded(time);
    meters.put(generator, added);
  }

  @Override
  public void passed(Generator generator, PassReport pass) {
    of(generator).ifPresent(those -> those.passed(pass));
  }

  @Override
  public void finished(Generator generator, GenerationReport generation) {
    of(generator).ifPresent(those -> those.finished(generation));
  }

  @Override
  public void closed(Generator generator) {
    Optional.ofNullable(meters.remove(generator)).ifPresent(GeneratorMeters::remove);
  }

  private Optional<GeneratorMeters> of(Generator generator) {
    return Optional.ofNullable(meters.get(generator));
  }
}
