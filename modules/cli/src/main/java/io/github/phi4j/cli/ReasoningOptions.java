package io.github.phi4j.cli;

import io.github.phi4j.api.Reasoning;
import picocli.CommandLine.Option;

/** Options for a reasoning model's thoughts, with llama.cpp's names. */
final class ReasoningOptions {

  /** The place of thoughts in the output. */
  enum Format {
    /** In the answer, verbatim. */
    NONE,
    /** Separate from the answer. */
    DEEPSEEK
  }

  @Option(
      names = "--reasoning-budget",
      paramLabel = "N",
      description =
          "Maximum number of reasoning tokens; 0 disables reasoning, -1 is no limit. Default: -1.")
  private int budget = -1;

  @Option(
      names = "--reasoning-format",
      paramLabel = "FORMAT",
      description =
          "Place of a reasoning model's thoughts: in the answer (none) or separate (deepseek). "
              + "Default: deepseek.")
  private Format format = Format.DEEPSEEK;

  Reasoning reasoning() {
    if (budget < -1) {
      throw new UsageException("--reasoning-budget " + budget + ": give -1, 0 or above");
    }
    if (format == Format.NONE) {
      if (budget >= 0) {
        throw new UsageException(
            "--reasoning-budget requires separate thoughts, not --reasoning-format none");
      }
      return Reasoning.builder().split(false).build();
    }
    return budget < 0 ? Reasoning.defaults() : Reasoning.builder().budget(budget).build();
  }
}
