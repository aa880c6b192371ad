package io.github.phi4j.cli;

import java.util.Locale;

/** Formats large numbers like llama.cpp's tools. */
final class Quantities {

  private static final double MEBI = 1024.0 * 1024.0;

  private Quantities() {}

  /** Formats a size in bytes: {@code 6.84 MiB}, {@code 8.43 GiB}. */
  static String bytes(long bytes) {
    if (bytes < MEBI) {
      return String.format(Locale.ROOT, "%.2f KiB", bytes / 1024.0);
    }
    return bytes < 1024 * MEBI
        ? String.format(Locale.ROOT, "%.2f MiB", bytes / MEBI)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / MEBI / 1024);
  }

  /** Formats a number of weights: {@code 6.62 M}, {@code 14.66 B}. */
  static String parameters(long count) {
    return count < 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f M", count / 1e6)
        : String.format(Locale.ROOT, "%.2f B", count / 1e9);
  }

  /** Returns the size class of a model: {@code 14B}, {@code 3.8B}. */
  static String modelClass(long parameters) {
    double count = parameters < 1_000_000_000 ? parameters / 1e6 : parameters / 1e9;
    String unit = parameters < 1_000_000_000 ? "M" : "B";
    return count >= 10
        ? String.format(Locale.ROOT, "%d%s", (long) count, unit)
        : String.format(Locale.ROOT, "%.1f%s", Math.floor(count * 10) / 10, unit);
  }
}
