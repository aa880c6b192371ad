package io.github.phi4j.springbootstarter;

import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.micrometer.Phi4Metrics;
import io.github.phi4j.springai.Phi4ChatModel;
import io.github.phi4j.springai.Phi4EmbeddingModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.Optional;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the model in {@code spring.ai.phi4j.model}: a {@link Generator}, a chat
 * model, an embedding model, health, metrics and graceful shutdown. Each backs off if the
 * application has its own bean; with its own {@link Generator}, the application controls loading.
 * Spring AI's own auto-configuration provides the builder of chat clients.
 */
@AutoConfiguration(
    beforeName =
        "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration",
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
    })
@EnableConfigurationProperties(Phi4Properties.class)
public final class Phi4AutoConfiguration {

  /** Created by Spring. */
  public Phi4AutoConfiguration() {}

  /** The model from the properties, unless the application has its own. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingBean(Generator.class)
  static class ModelConfiguration {

    @Bean(destroyMethod = "close")
    ModelLoader phi4ModelLoader(
        Phi4Properties properties, ObjectProvider<GenerationListener> listeners) {
      if (properties.model() == null) {
        throw new IllegalStateException(
            "no model: set spring.ai.phi4j.model to a GGUF file, or define a bean of type "
                + "io.github.phi4j.api.Generator");
      }
      LoadOptions.Builder options = properties.loadOptions();
      options.listeners(listeners.orderedStream().toList());
      return new ModelLoader(properties.model(), options.build(), properties.loadInBackground());
    }

    @Bean(destroyMethod = "")
    Generator phi4Generator(ModelLoader loader) {
      return loader.generator();
    }
  }

  /** Returns the model if it is loaded, without waiting. */
  private static Optional<Generator> ready(
      ObjectProvider<ModelLoader> loader, ObjectProvider<Generator> own) {
    ModelLoader loading = loader.getIfAvailable();
    return loading == null ? Optional.of(own.getObject()) : loading.ready();
  }

  @Bean
  @ConditionalOnMissingBean
  Phi4Lifecycle phi4Lifecycle(ObjectProvider<ModelLoader> loader, ObjectProvider<Generator> own) {
    return new Phi4Lifecycle(() -> ready(loader, own));
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty(
      name = "spring.ai.model.chat",
      havingValue = Phi4ChatModel.PROVIDER,
      matchIfMissing = true)
  Phi4ChatModel phi4ChatModel(
      Generator generator,
      Phi4Properties properties,
      ObjectProvider<GenerationOptions> generationOptions,
      ObjectProvider<ObservationRegistry> observations,
      ObjectProvider<ChatModelObservationConvention> convention) {
    return Phi4ChatModel.builder()
        .generator(generator)
        .options(properties.chat().options().chatOptions())
        .generationOptions(generationOptions.getIfUnique(GenerationOptions::defaults))
        .observationRegistry(observations.getIfUnique(() -> ObservationRegistry.NOOP))
        .observationConvention(convention.getIfUnique())
        .build();
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty(
      name = "spring.ai.model.embedding",
      havingValue = Phi4ChatModel.PROVIDER,
      matchIfMissing = true)
  EmbeddingModel phi4EmbeddingModel(
      Generator generator,
      ObjectProvider<ObservationRegistry> observations,
      ObjectProvider<EmbeddingModelObservationConvention> convention) {
    return new Phi4EmbeddingModel(
        generator,
        observations.getIfUnique(() -> ObservationRegistry.NOOP),
        convention.getIfUnique());
  }

  /** Metrics, if the application has a meter registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  @ConditionalOnBean(MeterRegistry.class)
  static class MetricsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Phi4Metrics phi4Metrics(MeterRegistry registry) {
      return new Phi4Metrics(registry);
    }
  }

  /** Health, if the application has Actuator. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static class HealthConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "phi4HealthIndicator")
    HealthIndicator phi4HealthIndicator(
        ObjectProvider<ModelLoader> loader, ObjectProvider<Generator> own) {
      return new Phi4HealthIndicator(() -> ready(loader, own));
    }
  }
}
