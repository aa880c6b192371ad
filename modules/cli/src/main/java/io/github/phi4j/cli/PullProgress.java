package io.github.phi4j.cli;

import io.github.phi4j.api.Printable;
import io.github.phi4j.hub.CachedModel;
import io.github.phi4j.hub.ModelHub;
import io.github.phi4j.hub.ModelReference;
import io.github.phi4j.hub.PullListener;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;

/**
 * Shows download progress on standard error: on one updating line on a terminal, otherwise on a
 * line per tenth.
 */
final class PullProgress implements PullListener {

  private static final int STEP = 10;

  private final PrintStream err;
  private final boolean changing;
  private String file = "";
  private long start;
  private long startBytes;
  private long lastPercent = -1;

  private PullProgress(Environment environment) {
    err = environment.err();
    changing = environment.interactive();
  }

  /** Downloads a model with progress display. */
  static CachedModel pull(Environment environment, ModelHub hub, ModelReference reference)
      throws IOException {
    Thread thread = Thread.currentThread();
    try (Interrupt _ = new Interrupt(thread::interrupt)) {
      return hub.pull(reference, new PullProgress(environment));
    } catch (InterruptedException e) {
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  @Override
  public void received(String name, long received, long total) {
    long now = System.nanoTime();
    if (!name.equals(file)) {
      file = name;
      start = now;
      startBytes = received;
      lastPercent = -1;
    }
    long percent = total == 0 ? 100 : received * 100 / total;
    if (!changing && percent / STEP == lastPercent / STEP && lastPercent >= 0) {
      return;
    }
    lastPercent = percent;
    double seconds = Math.max((now - start) / 1e9, 1e-3);
    double speed = (received - startBytes) / seconds;
    String rest =
        speed > 0 && received < total
            ? ", " + remaining(Duration.ofSeconds((long) ((total - received) / speed)))
            : "";
    String line =
        String.format(
            Locale.ROOT,
            "phi4: %s: %3d %% of %s, %.1f MB/s%s",
            name,
            percent,
            Quantities.bytes(total),
            speed / 1e6,
            rest);
    err.print((changing ? "\r\033[K" : "") + line + (changing && received < total ? "" : "\n"));
    err.flush();
  }

  private static String remaining(Duration time) {
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min left", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%d:%02d left", time.toMinutes(), time.toSecondsPart());
  }

  @Override
  public void verifying(String name) {
    print(name + ": checking the existing part");
  }

  @Override
  public void retrying(String name, String reason) {
    print(name + ": " + reason + "; retrying");
  }

  private void print(String text) {
    err.print((changing ? "\r\033[K" : "") + "phi4: " + Printable.of(text) + "\n");
    err.flush();
  }
}
