package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import picocli.CommandLine.Option;

/** Whether there is a copy of the weights that generates faster. */
final class PackedOptions {

  @Option(
      names = "--packed",
      paramLabel = "WHERE",
      description =
          "Keep a copy of the weights that generates faster, with activations rounded to 8 bits as"
              + " in llama.cpp: memory, which costs as much as the file again, or off. Default:"
              + " off.")
  private PackedWeights where = LoadOptions.defaults().packedWeights();

  PackedWeights where() {
    return where;
  }
}
