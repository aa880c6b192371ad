package io.github.phi4j.internal.grammar;

import io.github.phi4j.internal.sampling.TokenConstraint;
import java.util.Arrays;

/** The position of one sequence in a grammar. */
final class GrammarConstraint implements TokenConstraint {

  private final CompiledGrammar grammar;
  private final int[] stopTokens; // sorted
  private final long[] allowed;
  private State[] states = new State[64]; // before each token, and after the last
  private int length;

  GrammarConstraint(CompiledGrammar grammar, int[] stopTokens) {
    this.grammar = grammar;
    this.stopTokens = stopTokens.clone();
    Arrays.sort(this.stopTokens);
    allowed = new long[(grammar.vocabularySize() + Long.SIZE - 1) / Long.SIZE];
    states[0] = grammar.start();
  }

  @Override
  public long[] allowed() {
    State state = states[length];
    grammar.copyMask(state, allowed);
    for (int id : stopTokens) {
      if (state.textMayEnd()) {
        allowed[id >> 6] |= 1L << id;
      } else {
        allowed[id >> 6] &= ~(1L << id);
      }
    }
    return allowed;
  }

  @Override
  public boolean allows(int token) {
    return isStop(token)
        ? states[length].textMayEnd()
        : grammar.after(states[length], token) != State.DEAD;
  }

  private boolean isStop(int token) {
    return Arrays.binarySearch(stopTokens, token) >= 0;
  }

  @Override
  public void accept(int token) {
    State next = isStop(token) ? State.DEAD : grammar.after(states[length], token);
    if (next == State.DEAD) {
      throw new IllegalArgumentException("token " + token + " is not allowed here");
    }
    if (length + 1 == states.length) {
      states = Arrays.copyOf(states, 2 * states.length);
    }
    states[++length] = next;
  }

  @Override
  public boolean isComplete() {
    return states[length].textMustEnd();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void rewind(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException(
          "cannot rewind to " + newLength + "; " + length + " tokens were accepted");
    }
    Arrays.fill(states, newLength + 1, length + 1, null);
    length = newLength;
  }
}
