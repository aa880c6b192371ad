package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether to use a packed copy of the weights. */
final class PackedOptions {

  @Option(
      names = "--packed",
      paramLabel = "WHERE",
      description =
          "Use a packed copy of the weights, for faster generation, with activations rounded to "
              + "8 bits as in llama.cpp: file (created on first use, about as large as the "
              + "model), memory, off, or auto (a file for models of 256 MiB or more; a copy in "
              + "memory if it cannot be created). Default: auto.")
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
