package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.PassReport;
import io.github.phi4j.internal.event.GenerationEvent;
import io.github.phi4j.internal.event.Recorded;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies a generator's listeners, and the flight recorder of generations. */
final class Telemetry {

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private final List<GenerationListener> listeners;
  private volatile Generator generator; // once it is loaded, before anything runs
  private final AtomicBoolean failed = new AtomicBoolean();

  Telemetry(List<GenerationListener> listeners) {
    this.listeners = listeners;
  }

  /** Notifies of the loaded model. */
  void loaded(Generator newGenerator, Duration time) {
    generator = newGenerator;
    notifyListeners(listener -> listener.loaded(generator, time));
  }

  /** Notifies of the closed generator. */
  void closed() {
    notifyListeners(listener -> listener.closed(generator));
  }

  /** Whether there are listeners. */
  boolean hasListeners() {
    return !listeners.isEmpty();
  }

  /** Notifies of a forward pass. */
  void passed(PassReport pass) {
    notifyListeners(listener -> listener.passed(generator, pass));
  }

  /**
   * Runs a generation and notifies of it.
   *
   * @param queueWait supplies the nanoseconds that it waited for its first forward pass, once it is
   *     over
   */
  Completion generation(
      GenerationOptions options, LongSupplier queueWait, Supplier<Completion> work) {
    notifyListeners(listener -> listener.started(generator, options));
    Recorded<GenerationEvent> event = Recorded.begin(GenerationEvent::new);
    long start = System.nanoTime();
    try {
      Completion completion = work.get();
      event.commit(generation -> complete(generation, completion));
      finished(options, Optional.of(completion), Optional.empty(), start, queueWait);
      return completion;
    } catch (Throwable e) { // a failure of any kind is reported and rethrown
      event.commit(generation -> generation.failure = e.getClass().getName());
      finished(options, Optional.empty(), Optional.of(e), start, queueWait);
      throw e;
    }
  }

  private static void complete(GenerationEvent event, Completion completion) {
    event.promptTokens = completion.usage().promptTokens();
    event.cachedTokens = completion.usage().cachedTokens();
    event.completionTokens = completion.usage().completionTokens();
    event.timeToFirstToken = completion.timings().prefill().toNanos();
    event.finishReason = completion.finishReason().name();
  }

  private void finished(
      GenerationOptions options,
      Optional<Completion> completion,
      Optional<Throwable> failure,
      long start,
      LongSupplier queueWait) {
    if (hasListeners()) {
      GenerationReport report =
          new GenerationReport(
              options,
              completion,
              failure,
              Duration.ofNanos(System.nanoTime() - start),
              Duration.ofNanos(queueWait.getAsLong()));
      notifyListeners(listener -> listener.finished(generator, report));
    }
  }

  private void notifyListeners(Consumer<GenerationListener> call) {
    for (GenerationListener listener : listeners) {
      try {
        call.accept(listener);
      } catch (RuntimeException e) {
        if (failed.compareAndSet(false, true)) {
          LOG.warn("A listener failed, which changes nothing else and is logged once", e);
        }
      }
    }
  }
}
