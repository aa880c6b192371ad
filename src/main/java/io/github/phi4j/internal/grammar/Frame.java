package io.github.phi4j.internal.grammar;

import java.util.Set;

/**
 * Where a rule goes on when it ends: a stack whose ways below join, so that however many ways lead
 * to a rule at one place of the text, it runs once. Frames of a {@link StateSpace} with equal
 * content are the same object.
 *
 * <p>The way that ends the text has nothing below it.
 */
final class Frame {

  private static final Return TEXT_END = new Return(-1, null);

  /** A state to return to, and the frame that it runs in. */
  record Return(int state, Frame frame) {
    boolean endsText() {
      return frame == null;
    }
  }

  /** The frame of the rule that describes the whole text. */
  static final Frame BOTTOM = new Frame(Set.of(TEXT_END));

  private final Return[] returns;

  Frame(Set<Return> returns) {
    this.returns = returns.toArray(Return[]::new);
  }

  /** The ways to go on; not a copy. */
  Return[] returns() {
    return returns;
  }
}
