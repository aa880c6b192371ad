package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.PassReport;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Workload;
import io.github.phi4j.internal.event.CacheHitEvent;
import io.github.phi4j.internal.event.GenerationEvent;
import io.github.phi4j.internal.event.LoadEvent;
import io.github.phi4j.internal.event.PackingEvent;
import io.github.phi4j.internal.event.PassEvent;
import io.github.phi4j.internal.event.PrefillEvent;
import io.github.phi4j.internal.event.QueueWaitEvent;
import io.github.phi4j.internal.event.SlowKernelEvent;
import io.github.phi4j.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners and the flight recorder agree with the results. */
final class TelemetryTest {

  private static final String EVENTS = "io.github.phi4j.";
  private static final Prompt PROMPT = Prompt.raw("Tom has 7 apples and buys 3 more. ".repeat(12));
  private static final GenerationOptions EIGHT_TOKENS =
      GenerationOptions.builder().maxTokens(8).ignoreModelStop(true).build();

  /** Records all events. */
  private static final class Log implements GenerationListener {
    final List<Generator> loaded = new CopyOnWriteArrayList<>();
    final List<Generator> closed = new CopyOnWriteArrayList<>();
    final List<PassReport> passes = Collections.synchronizedList(new ArrayList<>());
    final List<GenerationReport> reports = new CopyOnWriteArrayList<>();
    final ThreadLocal<Deque<GenerationOptions>> started = ThreadLocal.withInitial(ArrayDeque::new);

    @Override
    public void loaded(Generator generator, Duration time) {
      assertThat(time).isPositive();
      loaded.add(generator);
    }

    @Override
    public void passed(Generator generator, PassReport pass) {
      passes.add(pass);
    }

    @Override
    public void started(Generator generator, GenerationOptions options) {
      started.get().push(options);
    }

    @Override
    public void finished(Generator generator, GenerationReport generation) {
      // The start must have been reported before, on this thread; failures of listeners are logged.
      if (started.get().pop().equals(generation.options())) {
        reports.add(generation);
      }
    }

    @Override
    public void closed(Generator generator) {
      closed.add(generator);
    }

    int decodeTokens() {
      return passes.stream().mapToInt(PassReport::decodeTokens).sum();
    }

    int prefillTokens() {
      return passes.stream().mapToInt(PassReport::prefillTokens).sum();
    }
  }

  private static LoadOptions.Builder options(GenerationListener... listeners) {
    return LoadOptions.builder().threads(1).listeners(listeners);
  }

  @Test
  void aListenerGetsEveryEvent() {
    Log log = new Log();
    Generator generator = Phi4.load(TinyModel.Q8_0.path(), options(log).build());
    try (generator) {
      assertThat(log.loaded).containsExactly(generator);

      Completion completion = generator.generate(PROMPT, EIGHT_TOKENS);

      GenerationReport report = log.reports.getFirst();
      assertThat(log.reports).hasSize(1);
      assertThat(report.options()).isSameAs(EIGHT_TOKENS);
      assertThat(report.completion()).containsSame(completion);
      assertThat(report.failure()).isEmpty();
      assertThat(report.queueWait()).isPositive().isLessThan(completion.timings().prefill());
      assertThat(completion.timings().prefill()).isLessThan(report.time());
      assertThat(log.prefillTokens() + log.decodeTokens())
          .isEqualTo(completion.timings().prefillTokens() + completion.timings().decodeTokens());
      assertThat(log.decodeTokens()).isEqualTo(7);
      assertThat(log.closed).isEmpty();
    }
    assertThat(log.closed).containsExactly(generator);
  }

  @Test
  void samplesShareEachPassAndAreReportedSeparately() {
    Log log = new Log();
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), options(log).build())) {
      List<Completion> completions = generator.generate(PROMPT, EIGHT_TOKENS, 3);

      assertThat(log.reports.stream().map(report -> report.completion().orElseThrow()))
          .containsExactlyInAnyOrderElementsOf(completions);
      assertThat(log.decodeTokens()).isEqualTo(3 * 7);
      assertThat(log.passes)
          .allSatisfy(pass -> assertThat(pass.sequences()).isBetween(1, 3))
          .allSatisfy(pass -> assertThat(pass.time()).isPositive());
    }
  }

  @Test
  void failuresAndCancellationsAreReported() {
    Log log = new Log();
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), options(log).build())) {
      Sampling failing =
          Sampling.builder()
              .samplers(_ -> {
                throw new IllegalStateException("no");
              })
              .build();
      assertThatThrownBy(
              () -> generator.generate(PROMPT, EIGHT_TOKENS.toBuilder().sampling(failing).build()))
          .hasMessage("no");
      assertThatThrownBy(() -> generator.generate(Prompt.raw(""), EIGHT_TOKENS))
          .isInstanceOf(IllegalArgumentException.class);
      generator.generate(PROMPT, EIGHT_TOKENS, _ -> false);

      assertThat(log.reports).hasSize(3);
      assertThat(log.reports.get(0).failure().orElseThrow()).hasMessage("no");
      assertThat(log.reports.get(1).failure()).isPresent();
      assertThat(log.reports.get(2).completion().orElseThrow().finishReason())
          .isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void aListenerThatFailsChangesNothing() {
    GenerationListener failing =
        new GenerationListener() {
          @Override
          public void loaded(Generator generator, Duration time) {
            throw new IllegalStateException("loaded");
          }

          @Override
          public void passed(Generator generator, PassReport pass) {
            throw new IllegalStateException("passed");
          }

          @Override
          public void finished(Generator generator, GenerationReport generation) {
            throw new IllegalStateException("finished");
          }
        };
    Log log = new Log();
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), options(failing, log).build());
        Generator plain = Phi4.load(TinyModel.Q8_0.path())) {
      assertThat(generator.generate(PROMPT, EIGHT_TOKENS).text())
          .isEqualTo(plain.generate(PROMPT, EIGHT_TOKENS).text());
      assertThat(log.reports).hasSize(1);
    }
  }

  @Test
  void theWorkloadIsCurrent() {
    List<Workload> seen = new ArrayList<>();
    try (Generator generator = Phi4.load(TinyModel.Q8_0.path())) {
      assertThat(generator.workload()).isEqualTo(new Workload(0, 0, 0));
      generator.generate(PROMPT, EIGHT_TOKENS, _ -> seen.add(generator.workload()));

      assertThat(seen).isNotEmpty().allMatch(load -> load.calls() == 1 && load.waiting() == 0);
      assertThat(seen.getFirst().kvCacheBytes()).isPositive();
      assertThat(generator.workload().calls()).isZero();
      assertThat(generator.workload().kvCacheBytes())
          .isEqualTo(generator.prefixCacheUsage().bytes());
    }
  }

  @Test
  void theFlightRecorderHasEverything(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("phi4j.jfr");
    Completion first;
    Completion second;
    try (Recording recording = new Recording()) {
      recording.start();
      LoadOptions options = options().packedWeights(PackedWeights.MEMORY).build();
      try (Generator generator = Phi4.load(TinyModel.Q8_0.path(), options)) {
        first = generator.generate(PROMPT, EIGHT_TOKENS);
        second = generator.generate(PROMPT, EIGHT_TOKENS);
        assertThatThrownBy(() -> generator.generate(Prompt.raw("")))
            .isInstanceOf(IllegalArgumentException.class);
      }
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith(EVENTS))
            .toList();

    assertThat(names(events))
        .containsExactlyInAnyOrder(
            "Load", "Packing", "QueueWait", "Prefill", "CacheHit", "DecodeBatch", "Generation");
    assertThat(events).allSatisfy(event -> assertThat(event.getStackTrace()).isNull());
    List<RecordedEvent> generations = named(events, "Generation");
    assertThat(generations).hasSize(3);
    assertThat(generations.get(0).getInt("promptTokens")).isEqualTo(first.usage().promptTokens());
    assertThat(generations.get(1).getInt("cachedTokens")).isEqualTo(second.usage().cachedTokens());
    assertThat(generations.get(1).getDuration("timeToFirstToken"))
        .isEqualTo(second.timings().prefill());
    assertThat(generations.get(1).getString("finishReason")).isEqualTo("MAX_TOKENS");
    assertThat(generations.get(2).getString("failure")).contains("Exception");
    assertThat(named(events, "CacheHit").getFirst().getInt("tokens"))
        .isEqualTo(second.usage().cachedTokens());
    assertThat(
            named(events, "DecodeBatch").stream()
                .mapToInt(event -> event.getInt("decodeTokens"))
                .sum())
        .isEqualTo(15); // 7 for each, and the last token of the cached prompt
    assertThat(named(events, "Load").getFirst().getLong("weightBytes")).isPositive();
    assertThat(named(events, "Packing").getFirst().getLong("bytes")).isPositive();
  }

  @Test
  void everyEventIsDescribed() {
    List<EventType> types =
        Stream.of(
                CacheHitEvent.class,
                GenerationEvent.class,
                LoadEvent.class,
                PackingEvent.class,
                PassEvent.class,
                PrefillEvent.class,
                QueueWaitEvent.class,
                SlowKernelEvent.class)
            .map(EventType::getEventType)
            .toList();

    assertThat(types)
        .allSatisfy(type -> assertThat(type.getName()).startsWith(EVENTS))
        .allSatisfy(type -> assertThat(type.getLabel()).isNotBlank())
        .allSatisfy(type -> assertThat(type.getDescription()).isNotBlank())
        .allSatisfy(type -> assertThat(type.getCategoryNames()).containsExactly("phi4j"));
  }

  private static Set<String> names(List<RecordedEvent> events) {
    return events.stream()
        .map(event -> event.getEventType().getName().substring(EVENTS.length()))
        .collect(Collectors.toSet());
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(EVENTS + name))
        .toList();
  }
}
