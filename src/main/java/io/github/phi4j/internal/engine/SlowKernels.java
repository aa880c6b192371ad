package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.event.SlowKernelEvent;
import io.github.phi4j.internal.model.SlowStep;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports slow steps of the forward pass to the log and the flight recorder. */
final class SlowKernels {

  private static final Logger LOG = LoggerFactory.getLogger(SlowKernels.class);

  private SlowKernels() {}

  static void report(SlowStep slow) {
    if (slow.bytes() > 0) {
      LOG.warn(
          "HotSpot has left {} slow in passes of {}: in {} measured passes over {} s, it allocated"
              + " memory, which compiled kernels do not ({} bytes on one thread in the last pass)."
              + " Generation stays slow until the JVM is restarted. If this happens again, look for"
              + " a full code cache in the JVM's output, remove options that limit compilation, and"
              + " run each model in a JVM of its own",
          slow.step(),
          slow.batch(),
          slow.passes(),
          slow.duration().toSeconds(),
          slow.bytes());
    } else {
      LOG.warn(
          "In passes of {}, {} takes {} times as long as the fastest product, in {} measured passes"
              + " over {} s. Either HotSpot has not compiled it well, which only a restart of the"
              + " JVM changes, or its weights do not stay in memory, or there are more threads than"
              + " free processors",
          slow.batch(),
          slow.step(),
          String.format(Locale.ROOT, "%.0f", slow.slowdown()),
          slow.passes(),
          slow.duration().toSeconds());
    }
    Recorded.begin(SlowKernelEvent::new)
        .commit(event -> {
          event.step = slow.step();
          event.batch = slow.batch();
          event.bytes = slow.bytes();
          event.time = slow.time().toNanos();
        });
  }
}
