package io.github.phi4j.cli;

import io.github.phi4j.api.PackingListener;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Says on standard error how far packing has come: on one line that changes where a person looks
 * on, else on a line for each tenth.
 */
final class PackingProgress implements PackingListener {

  private static final int STEP = 10;

  private final PrintStream err;
  private final boolean changing;
  private final String what;
  private long told = -1;

  PackingProgress(Environment environment, String what) {
    err = environment.err();
    changing = environment.interactive();
    this.what = what;
  }

  @Override
  public void progress(long packed, long total) {
    long percent = changing ? packed * 100 / total : packed * STEP / total * STEP;
    if (percent != told) {
      told = percent;
      String line =
          String.format(
              Locale.ROOT, "phi4: %s: %3d %% of %s", what, percent, Quantities.bytes(total));
      err.print((changing ? "\r" : "") + line + (changing && packed < total ? "" : "\n"));
      err.flush();
    }
  }
}
