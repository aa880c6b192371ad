package io.github.phi4j.cli;

import io.github.phi4j.api.PackingListener;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Shows packing progress on standard error with an estimate of the remaining time: on one updating
 * line if that is a terminal, otherwise on a line per tenth.
 */
final class PackingProgress implements PackingListener {

  private static final int STEP = 10;

  /** Estimates before this time are meaningless. */
  private static final long MIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final PrintStream err;
  private final boolean changing;
  private final String what;
  private final LongSupplier clock;
  private final long start;
  private long shown = -1;

  PackingProgress(Environment environment, String what) {
    this(environment.err(), environment.interactive(), what, System::nanoTime);
  }

  /**
   * Creates a listener.
   *
   * @param changing whether to update one line
   * @param clock a clock in nanoseconds, like {@link System#nanoTime}
   */
  PackingProgress(PrintStream err, boolean changing, String what, LongSupplier clock) {
    this.err = err;
    this.changing = changing;
    this.what = what;
    this.clock = clock;
    start = clock.getAsLong();
  }

  @Override
  public void progress(long packed, long total) {
    long percent = changing ? packed * 100 / total : packed * STEP / total * STEP;
    if (percent != shown) {
      shown = percent;
      String line =
          String.format(
              Locale.ROOT,
              "phi4: %s: %3d %% of %s%s",
              what,
              percent,
              Quantities.bytes(total),
              left(packed, total));
      err.print((changing ? "\r" : "") + line + (changing && packed < total ? "" : "\n"));
      err.flush();
    }
  }

  /** Returns the remaining time, padded to overwrite a longer previous text. */
  private String left(long packed, long total) {
    long nanos = clock.getAsLong() - start;
    if (packed == total || packed == 0 || nanos < MIN_NANOS) {
      return changing && packed == total ? " ".repeat(16) : "";
    }
    long seconds =
        TimeUnit.NANOSECONDS.toSeconds((long) ((double) nanos / packed * (total - packed)));
    String text = seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    return ", " + text + " left" + (changing ? "  " : "");
  }
}
