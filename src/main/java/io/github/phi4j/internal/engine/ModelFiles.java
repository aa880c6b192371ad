package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.storage.WeightFile;
import java.util.Optional;

/** The mapped files that a model's weights are read from. Thread-safe. */
final class ModelFiles {

  private final GgufFile model;
  private final Optional<WeightFile> packed;
  private byte[] fingerprint; // guarded by this

  ModelFiles(GgufFile model, Optional<WeightFile> packed) {
    this.model = model;
    this.packed = packed;
  }

  /**
   * Checks that no file was cut short since it was mapped.
   *
   * @throws ModelException if one was
   */
  void checkUnchanged() {
    model.checkUnchanged();
    packed.ifPresent(WeightFile::checkUnchanged);
  }

  /** Tells the model from others. */
  synchronized byte[] fingerprint() {
    if (fingerprint == null) {
      fingerprint = model.reading(model::fingerprint);
    }
    return fingerprint.clone();
  }
}
