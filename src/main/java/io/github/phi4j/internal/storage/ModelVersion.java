package io.github.phi4j.internal.storage;

import io.github.phi4j.internal.gguf.GgufFile;

/**
 * The version of a model, recorded in files derived from it.
 *
 * @param fingerprint identifies the model; a change outside its samples does not affect it
 * @param stamp a hash of the sizes and modification times of the model's files
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record ModelVersion(byte[] fingerprint, long stamp) {

  /** Returns the version of a mapped model. */
  public static ModelVersion of(GgufFile model) {
    return model.reading(() -> new ModelVersion(model.fingerprint(), model.stamp()));
  }
}
