package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The file with a model's packed weights, which is there or not: see {@link PackedWeights#FILE}.
 *
 * @param path where it is, or would be
 * @param state whether it can be used
 * @param bytes its size; the size that it would have if it is not there; 0 if no tensor of the
 *     model can be packed
 * @param fault why it cannot be used, if it is there and cannot
 * @since 0.1.0
 */
public record PackedFile(Path path, State state, long bytes, Optional<String> fault) {

  /** Creates a description. */
  public PackedFile {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(fault, "fault");
  }

  /**
   * Whether a file of packed weights can be used.
   *
   * @since 0.1.0
   */
  public enum State {
    /** It is complete, and made of the model as it is by this release. */
    CURRENT,
    /** There is none. */
    MISSING,
    /** It was made by another release or of another model, or is damaged. */
    UNUSABLE
  }
}
