package io.github.phi4j.springbootstarter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.springai.Phi4ChatModel;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Auto-configured beans, and beans that replace them. */
final class Phi4AutoConfigurationTest {

  private static final Path MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  Phi4AutoConfiguration.class, ChatClientAutoConfiguration.class));

  private ApplicationContextRunner withModel(String... properties) {
    return runner
        .withPropertyValues("spring.ai.phi4j.model=" + MODEL, "spring.ai.phi4j.threads=1")
        .withPropertyValues(properties);
  }

  @Test
  void anApplicationOnlyNeedsToNameAModel() {
    withModel("spring.ai.phi4j.chat.options.max-tokens=5")
        .run(context -> {
          ChatClient client = context.getBean(ChatClient.Builder.class).build();
          var response = client.prompt("What is 27 + 45?").call().chatResponse();

          assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(5);
          assertThat(context.getBean(EmbeddingModel.class).embed("an apple"))
              .hasSize(context.getBean(Generator.class).info().embeddingLength());
          assertThat(context.getBean(HealthIndicator.class).health().getStatus())
              .isEqualTo(Status.UP);
        });
  }

  @Test
  void propertiesReachTheModel() {
    withModel(
            "spring.ai.phi4j.context-length=128",
            "spring.ai.phi4j.kv-cache-type=q8_0",
            "spring.ai.phi4j.prefix-cache=1MB",
            "spring.ai.phi4j.max-sequences=2",
            "spring.ai.phi4j.max-waiting=3",
            "spring.ai.phi4j.packed-weights=off",
            "spring.ai.phi4j.chat-format=phi4",
            "spring.ai.phi4j.chat.options.temperature=0.7",
            "spring.ai.phi4j.chat.options.top-p=0.9",
            "spring.ai.phi4j.chat.options.top-k=40",
            "spring.ai.phi4j.chat.options.min-p=0.05",
            "spring.ai.phi4j.chat.options.seed=7",
            "spring.ai.phi4j.chat.options.stop-sequences=a,b",
            "spring.ai.phi4j.chat.options.timeout=30s")
        .run(context -> {
          Generator generator = context.getBean(Generator.class);
          try (var session = generator.newSession()) {
            assertThat(session.contextLength()).isEqualTo(128);
          }
          assertThat(generator.threads()).isEqualTo(1);
          var options = context.getBean(Phi4ChatModel.class).getOptions();
          assertThat(options.getTemperature()).isEqualTo(0.7);
          assertThat(options.getSeed()).isEqualTo(7);
          assertThat(options.getStopSequences()).containsExactly("a", "b");
          assertThat(options.getTimeout()).hasSeconds(30);
        });
  }

  @Test
  void anApplicationsOwnBeansComeFirst() {
    withModel()
        .withBean("own", Generator.class, () -> Phi4.load(MODEL))
        .run(context -> {
          assertThat(context).hasSingleBean(Generator.class).doesNotHaveBean(ModelLoader.class);
          assertThat(context.getBean(ChatModel.class).call("Hi")).isNotNull();
          assertThat(context.getBean(HealthIndicator.class).health().getStatus())
              .isEqualTo(Status.UP);
        });
    withModel("spring.ai.model.chat=openai", "spring.ai.model.embedding=openai")
        .run(context ->
            assertThat(context)
                .doesNotHaveBean(ChatModel.class)
                .doesNotHaveBean(EmbeddingModel.class));
  }

  @Test
  void withoutAModelTheErrorNamesTheProperty() {
    runner.run(context ->
        assertThat(context)
            .getFailure()
            .rootCause()
            .hasMessageContaining("set spring.ai.phi4j.model"));
    runner
        .withPropertyValues("spring.ai.phi4j.model=missing.gguf")
        .run(context ->
            assertThat(context).getFailure().rootCause().hasMessageContaining("missing.gguf"));
  }

  @Test
  void aModelInTheBackgroundLetsTheApplicationStart() throws Exception {
    withModel("spring.ai.phi4j.load-in-background=true")
        .run(context -> {
          HealthIndicator health = context.getBean(HealthIndicator.class);
          Status first = health.health().getStatus();
          assertThat(first).isIn(Status.OUT_OF_SERVICE, Status.UP);
          assertThat(context.getBean(ChatModel.class).call("Hi")).isNotNull();
          assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        });
    Path broken = Files.createTempFile("broken", ".gguf");
    runner
        .withPropertyValues(
            "spring.ai.phi4j.model=" + broken, "spring.ai.phi4j.load-in-background=true")
        .run(context -> {
          assertThat(context).hasNotFailed();
          assertThat(
                  org.assertj.core.api.Assertions.catchThrowable(
                      () -> context.getBean(ChatModel.class).call("Hi")))
              .hasMessageContaining(broken.getFileName().toString());
          assertThat(context.getBean(HealthIndicator.class).health().getStatus())
              .isEqualTo(Status.DOWN);
        });
    Files.delete(broken);
  }

  @Test
  void metricsGoToTheApplicationsRegistry() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    withModel()
        .withBean(MeterRegistry.class, () -> registry)
        .run(context -> {
          context.getBean(ChatModel.class).call("Hi");
          assertThat(registry.get("gen_ai.server.request.duration").timer().count()).isEqualTo(1);
        });
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void actuatorAndMetricsMayBeAbsent() {
    withModel()
        .withClassLoader(new FilteredClassLoader(HealthIndicator.class, MeterRegistry.class))
        .run(context -> assertThat(context.getBean(ChatModel.class).call("Hi")).isNotNull());
  }

  @Test
  void runningRequestsFinishBeforeTheApplicationStops() {
    AtomicReference<String> text = new AtomicReference<>();
    AtomicReference<Thread> request = new AtomicReference<>();
    withModel()
        .run(context -> {
          Generator generator = context.getBean(Generator.class);
          CountDownLatch begun = new CountDownLatch(1);
          request.set(
              Thread.startVirtualThread(() -> {
                GenerationOptions options =
                    GenerationOptions.builder().maxTokens(20).ignoreModelStop(true).build();
                text.set(
                    generator
                        .generate(
                            Prompt.raw("Tom has 7 apples."),
                            options,
                            _ -> {
                              begun.countDown();
                              return true;
                            })
                        .finishReason()
                        .name());
              }));
          assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        }); // closes the context
    assertThat(join(request.get())).isTrue();
    assertThat(text).hasValue("MAX_TOKENS");
  }

  private static boolean join(Thread thread) {
    try {
      return thread.join(java.time.Duration.ofSeconds(60));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
