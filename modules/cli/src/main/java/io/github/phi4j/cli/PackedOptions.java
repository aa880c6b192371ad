package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether there is a copy of the weights that generates faster. */
final class PackedOptions {

  @Option(
      names = "--packed",
      paramLabel = "WHERE",
      description =
          "Use a copy of the weights that generates faster, with activations rounded to 8 bits as"
              + " in llama.cpp: file, which is made on first use and takes as much disk space as"
              + " the model; memory; off; or auto, a file for models from 256 MiB on, and a copy in"
              + " memory where it cannot be made. Default: auto.")
  private Where where = Where.AUTO;

  @Mixin private PackedFolderOption folder;

  private enum Where {
    AUTO(PackedWeights.AUTO_FILE),
    FILE(PackedWeights.FILE),
    MEMORY(PackedWeights.MEMORY),
    OFF(PackedWeights.OFF);

    private final PackedWeights weights;

    Where(PackedWeights weights) {
      this.weights = weights;
    }
  }

  LoadOptions.Builder apply(LoadOptions.Builder options, Environment environment) {
    return folder
        .apply(options)
        .packedWeights(where.weights)
        .packingListener(new PackingProgress(environment, "packing weights"));
  }
}
