package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Speculation;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Speculation options with llama.cpp's names. */
final class SpeculationOptions {

  @Option(
      names = "--lookup",
      description =
          "Speculate that the answer repeats parts of its context: faster if it does, with the same"
              + " text.")
  private boolean lookup;

  @Option(
      names = {"-md", "--model-draft"},
      paramLabel = "FILE",
      description = "GGUF file of a draft model: smaller, with the same vocabulary.")
  private Path draftFile;

  @Option(
      names = {"--draft", "--draft-max", "--draft-n"},
      paramLabel = "N",
      description = "Maximum draft length in tokens. Default: 16.")
  private Integer maxTokens;

  /** Loads the draft model, if one is named, with the threads and packed weights of the model. */
  Draft open(Environment environment, ComputeOptions compute) {
    if (lookup && draftFile != null) {
      throw new UsageException("--lookup and -md are alternatives: give only one");
    }
    if (maxTokens != null && !lookup && draftFile == null) {
      throw new UsageException("--draft-max needs --lookup or -md FILE");
    }
    int most = maxTokens == null ? Speculation.DEFAULT_MAX_TOKENS : maxTokens;
    try {
      if (draftFile == null) {
        return new Draft(
            lookup ? new Speculation.Lookup(most) : Speculation.off(), Optional.empty());
      }
      new Speculation.Lookup(most); // validates the number before the model is loaded
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
    Generator model = environment.models().load(draftFile, compute.draftOptions());
    return new Draft(new Speculation.Draft(model, most), Optional.of(model));
  }
}
