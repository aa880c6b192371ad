package io.github.phi4j.internal.engine;

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
    LOG.warn(
        "HotSpot has not compiled {} to fast code for passes of {}: in each of {} measured passes"
            + " over {} s, it allocated memory or took ten times as long as other products (in the"
            + " last pass, {} bytes on one thread, {} times as long). Generation stays slow until"
            + " this JVM is restarted. If it happens again, look for a full code cache in the"
            + " JVM's output, remove options that limit compilation, and run each model in its own"
            + " JVM",
        slow.step(),
        slow.batch(),
        slow.passes(),
        slow.duration().toSeconds(),
        slow.bytes(),
        String.format(Locale.ROOT, "%.1f", slow.slowdown()));
    SlowKernelEvent event = new SlowKernelEvent();
    event.step = slow.step();
    event.batch = slow.batch();
    event.bytes = slow.bytes();
    event.time = slow.time().toNanos();
    event.commit();
  }
}
