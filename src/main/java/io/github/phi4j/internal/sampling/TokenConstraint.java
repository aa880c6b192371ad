package io.github.phi4j.internal.sampling;

/**
 * Which tokens may come next in one sequence. It moves on with each token that is accepted and can
 * be taken back. For one thread at a time.
 */
public interface TokenConstraint {

  /**
   * The tokens that may come next.
   *
   * @return a bit for each id, the lowest bits first; reused by the next call, not to be changed
   */
  long[] allowed();

  /** Whether a token may come next; quicker than {@link #allowed} for one or a few. */
  boolean allows(int token);

  /**
   * Moves on by a token that ends nothing.
   *
   * @throws IllegalStateException if it may not come next
   */
  void accept(int token);

  /** Whether nothing may follow any more. */
  boolean isComplete();

  /** How many tokens were accepted and not taken back. */
  int length();

  /**
   * Takes tokens back, the last ones.
   *
   * @param length how many stay, from 0 to {@link #length()}
   */
  void rewind(int length);
}
