package io.github.phi4j.cli;

import io.github.phi4j.api.Reasoning;
import picocli.CommandLine.Option;

/** What becomes of a reasoning model's thoughts; the names are llama.cpp's. */
final class ReasoningOptions {

  /** Where thoughts are shown. */
  enum Format {
    /** In the answer, as the model writes them. */
    NONE,
    /** Apart from the answer. */
    DEEPSEEK
  }

  @Option(
      names = "--reasoning-budget",
      paramLabel = "N",
      description =
          "Most tokens of thought of a reasoning model; 0 leaves the thoughts out, -1 is no limit."
              + " Default: -1.")
  private int budget = -1;

  @Option(
      names = "--reasoning-format",
      paramLabel = "FORMAT",
      description =
          "Where a reasoning model's thoughts are: in the answer (none) or apart from it"
              + " (deepseek). Default: deepseek.")
  private Format format = Format.DEEPSEEK;

  Reasoning reasoning() {
    if (budget < -1) {
      throw new UsageException("--reasoning-budget " + budget + ": give -1, 0 or above");
    }
    if (format == Format.NONE) {
      if (budget >= 0) {
        throw new UsageException(
            "--reasoning-budget needs thoughts apart from the answer, not --reasoning-format none");
      }
      return Reasoning.builder().split(false).build();
    }
    return budget < 0 ? Reasoning.defaults() : Reasoning.builder().budget(budget).build();
  }
}
