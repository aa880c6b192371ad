package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A description of the file with a model's packed weights, which may be missing; see {@link
 * PackedWeights#FILE}.
 *
 * @param path its path, whether or not it exists
 * @param state whether it can be used
 * @param bytes its size, or its expected size if it is missing; 0 if no tensor of the model can be
 *     packed
 * @param fault the reason why it is unusable, if so
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
   * The state of a file of packed weights.
   *
   * @since 0.1.0
   */
  public enum State {
    /** It is complete, from the current model file, and packed by this release. */
    CURRENT,
    /** It does not exist. */
    MISSING,
    /** It is from another release or another model, or damaged. */
    UNUSABLE
  }
}
