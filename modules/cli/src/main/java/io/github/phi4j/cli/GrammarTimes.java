package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** Statistics of mask times. */
final class GrammarTimes {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private long[] times = new long[256]; // in nanoseconds
  private int count;

  /**
   * Returns this thread's processor time in nanoseconds, or elapsed time if the JVM does not
   * measure it.
   */
  static long now() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  void add(long nanos) {
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
    }
    times[count++] = nanos;
  }

  /** Writes their mean, 99th percentile and maximum, in microseconds, and all of them if wanted. */
  void write(ObjectNode target, boolean all) {
    long[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    target.put("mean", count == 0 ? 0 : Arrays.stream(sorted).sum() / 1000.0 / count);
    target.put("p99", count == 0 ? 0 : sorted[(int) (0.99 * (count - 1))] / 1000.0);
    target.put("max", count == 0 ? 0 : sorted[count - 1] / 1000.0);
    target.put("masks", count);
    if (all) {
      Arrays.stream(sorted).forEach(nanos -> target.withArray("times").add(nanos / 1000.0));
    }
  }
}
