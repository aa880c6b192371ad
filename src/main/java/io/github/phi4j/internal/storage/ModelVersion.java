package io.github.phi4j.internal.storage;

import io.github.phi4j.internal.gguf.GgufFile;

/**
 * The contents of a model, as a file that was made from it remembers them.
 *
 * @param fingerprint identifies the model; a change outside of its samples leaves it as it was
 * @param stamp a hash of the sizes and modification times of the model's files
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record ModelVersion(byte[] fingerprint, long stamp) {

  /** The version of a mapped model. */
  public static ModelVersion of(GgufFile model) {
    return model.reading(() -> new ModelVersion(model.fingerprint(), model.stamp()));
  }
}
