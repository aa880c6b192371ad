package io.github.phi4j.api;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The embedding of one text; see {@link Completer#embed(java.util.List, EmbeddingOptions)}.
 *
 * @param vector {@link ModelInfo#embeddingLength()} values
 * @param tokens the number of the text's tokens, with a beginning-of-sequence token if the model
 *     has one
 * @since 0.1.0
 */
public record Embedding(
    @SuppressWarnings("ArrayRecordComponent") float[] vector, // copied, and compared by contents
    int tokens) {

  /** Creates an embedding. */
  public Embedding {
    vector = Objects.requireNonNull(vector, "vector").clone();
  }

  /** {@return a copy of the vector} */
  @Override
  public float[] vector() {
    return vector.clone();
  }

  /** Returns whether all values are equal, those of the vector by content. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Embedding that
        && Arrays.equals(vector, that.vector)
        && tokens == that.tokens;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(vector) + tokens;
  }

  @Override
  public String toString() {
    return "Embedding{vector=" + Arrays.toString(vector) + ", tokens=" + tokens + "}";
  }
}
