package io.github.phi4j.cli;

import picocli.CommandLine.Option;

/** The sampling of graded replies. */
final class EvalSampling {

  @Option(
      names = {"--temp", "--temperature"},
      paramLabel = "X",
      description = "Temperature; 0 is greedy. Default: 0.5, as in the Phi-4 report.")
  private float temperature = 0.5f;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Keep the most probable tokens up to this sum. Default: 1, all.")
  private float topP = 1;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "Seed, from which each reply's own is derived. Default: 0.")
  private long seed;

  float temperature() {
    return temperature;
  }

  float topP() {
    return topP;
  }

  long seed() {
    return seed;
  }
}
