package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.storage.ModelVersion;
import io.github.phi4j.internal.storage.WeightFile;
import java.util.Optional;

/** The mapped files with a model's weights. Thread-safe. */
final class ModelFiles {

  private final GgufFile model;
  private volatile Optional<WeightFile> packed;
  private Optional<ModelVersion> version = Optional.empty(); // guarded by this

  ModelFiles(GgufFile model, Optional<WeightFile> packed) {
    this.model = model;
    this.packed = packed;
  }

  /**
   * Checks that no file was truncated since it was mapped.
   *
   * @throws ModelException if one was
   */
  void checkUnchanged() {
    model.checkUnchanged();
    packed.ifPresent(WeightFile::checkUnchanged);
  }

  /** Forgets the file of packed weights, which is read no more. */
  void abandonPacked() {
    packed = Optional.empty();
  }

  /** The file of packed weights. */
  Optional<WeightFile> packed() {
    return packed;
  }

  /** The version of the model, which is found once. */
  synchronized ModelVersion version() {
    if (version.isEmpty()) {
      version = Optional.of(ModelVersion.of(model));
    }
    return version.get();
  }
}
