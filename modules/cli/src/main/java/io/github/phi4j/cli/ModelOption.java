package io.github.phi4j.cli;

import io.github.phi4j.hub.CachedModel;
import io.github.phi4j.hub.ModelHub;
import io.github.phi4j.hub.ModelReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The model to load. */
final class ModelOption {

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      description =
          "GGUF file, or the first part of a split one; a first argument that ends in .gguf is the"
              + " same. Default: the tiny model that comes with phi4j.")
  private Path file;

  @Option(
      names = {"-hf", "--hf-repo"},
      paramLabel = "MODEL",
      description =
          "Model on Hugging Face, USER/REPO[:QUANT] or a short name such as phi-4-mini; "
              + "downloaded if it is not in the cache.")
  private String repository;

  Path file(Environment environment) {
    if (repository == null) {
      return file != null ? file : fallback(environment);
    }
    if (file != null) {
      throw new UsageException("a file and -hf both name a model: give one of them");
    }
    return fetched(repository, environment);
  }

  /** The file of a model of Hugging Face, fetched if it is not in the cache. */
  static Path fetched(String repository, Environment environment) {
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

  static Path fallback(Environment environment) {
    return environment
        .defaultModel()
        .orElseThrow(() -> new UsageException("no model given: use -m FILE"));
  }
}
