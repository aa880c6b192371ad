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
              + " the model; auto, that file if it is there; memory; or off. Default: auto.")
  private PackedWeights where = LoadOptions.defaults().packedWeights();

  @Mixin private PackedFolderOption folder;

  LoadOptions.Builder apply(LoadOptions.Builder options, Environment environment) {
    return folder
        .apply(options)
        .packedWeights(where)
        .packingListener(new PackingProgress(environment, "packing weights"));
  }
}
