package io.github.phi4j.cli;

import io.github.phi4j.hub.CachedModel;
import io.github.phi4j.hub.ModelHub;
import io.github.phi4j.hub.ModelReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model to load. */
final class ModelOption {

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      description =
          "GGUF file, or the first part of a split one. Default: the tiny model that comes with"
              + " phi4j.")
  private Path file;

  @Option(
      names = {"-hf", "--hf-repo"},
      paramLabel = "MODEL",
      description =
          "Model of Hugging Face, USER/REPO[:QUANT] or a short name such as phi-4-mini; fetched if"
              + " it is not in the cache.")
  private String repository;

  Path file(Environment environment) {
    if (repository == null) {
      return file != null ? file : fallback(environment);
    }
    if (file != null) {
      throw new UsageException("-m and -hf both name a model: give one of them");
    }
    ModelReference reference = UsageException.check(() -> ModelReference.parse(repository));
    try {
      ModelHub hub = UsageException.check(environment.models()::hub);
      Optional<CachedModel> found = hub.find(reference);
      return found.isPresent()
          ? found.get().file()
          : PullProgress.pull(environment, hub, reference).file();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The model of a command that takes a bare path as well. */
  Path file(Environment environment, Path bare) {
    if (bare == null) {
      return file(environment);
    }
    if (file != null || repository != null) {
      throw new UsageException("a bare path and an option both name a model: give one of them");
    }
    return bare;
  }

  static Path fallback(Environment environment) {
    return environment
        .defaultModel()
        .orElseThrow(() -> new UsageException("no model is named: give one with -m FILE"));
  }
}
