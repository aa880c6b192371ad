package io.github.phi4j.internal.sampling;

/**
 * A constraint on the next token of a sequence. It advances with each accepted token and can be
 * rewound. Not thread-safe.
 */
public interface TokenConstraint {

  /**
   * The mask of allowed next tokens.
   *
   * @return a bit for each id, lowest bit first; read-only, and reused by the next call
   */
  long[] allowed();

  /** Whether a token is allowed next; faster than {@link #allowed} for a few tokens. */
  boolean allows(int token);

  /**
   * Advances by a token other than a stop token.
   *
   * @throws IllegalArgumentException if it is not allowed
   */
  void accept(int token);

  /** Whether no text may follow. */
  boolean isComplete();

  /** The number of accepted tokens. */
  int length();

  /**
   * Rewinds to a number of accepted tokens.
   *
   * @param length the new number, from 0 to {@link #length()}
   */
  void rewind(int length);
}
