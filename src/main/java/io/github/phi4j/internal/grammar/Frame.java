package io.github.phi4j.internal.grammar;

import java.util.Set;

/**
 * The set of continuations of a rule: a node of a graph-structured stack. However many callers
 * reach a rule at one position of the text, it runs once. Equal frames of a {@link StateSpace} are
 * identical objects.
 *
 * <p>The return that ends the text has no frame below.
 */
final class Frame {

  private static final Return TEXT_END = new Return(-1, null);

  /** A return state and its frame. */
  record Return(int state, Frame frame) {
    boolean endsText() {
      return frame == null;
    }
  }

  /** The frame of the root rule. */
  static final Frame BOTTOM = new Frame(Set.of(TEXT_END));

  private final Return[] returns;

  Frame(Set<Return> returns) {
    this.returns = returns.toArray(Return[]::new);
  }

  /** Returns the continuations; not a copy. */
  Return[] returns() {
    return returns;
  }
}
