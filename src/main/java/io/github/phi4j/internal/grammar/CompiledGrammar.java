package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.sampling.TokenConstraint;
import java.util.List;

/**
 * A compiled grammar with cached states and masks for a vocabulary. It serves any number of
 * sequences; thread-safe.
 */
public final class CompiledGrammar {

  private final TokenTrie trie;
  private final StateSpace space; // guarded by itself, as are the masks
  private final Masks masks;
  private final State start;
  private final List<String> unenforced;

  CompiledGrammar(
      Automaton automaton, TokenTrie trie, LeafMasks leafMasks, List<String> unenforced) {
    this.trie = trie;
    this.unenforced = List.copyOf(unenforced);
    space = new StateSpace(automaton);
    masks = new Masks(space, trie, leafMasks);
    start = space.start();
  }

  /**
   * Compiles rules without a vocabulary, for matching texts only.
   *
   * @throws GrammarException if the rules are invalid or name tokens
   */
  static CompiledGrammar of(GrammarRules rules) {
    Automaton automaton =
        AutomatonBuilder.build(
            rules,
            token -> {
              throw rules.fault(token.place(), "a token cannot be looked up without a vocabulary");
            });
    return Vocabulary.none().compiled(automaton);
  }

  /** Returns the keywords that the grammar does not enforce. */
  public List<String> unenforced() {
    return unenforced;
  }

  /** Returns whether a text matches the grammar. */
  public boolean matches(String text) {
    return after(start, text.getBytes(UTF_8)).textMayEnd();
  }

  /** Returns whether a text is a prefix of a match. */
  public boolean isPrefix(String text) {
    return after(start, text.getBytes(UTF_8)) != State.DEAD;
  }

  /**
   * Starts a sequence.
   *
   * @param stopTokens ids that end the text: allowed where it may end, and not part of it
   */
  public TokenConstraint constraint(int... stopTokens) {
    return new GrammarConstraint(this, stopTokens);
  }

  State start() {
    return start;
  }

  private State after(State state, byte[] bytes) {
    synchronized (space) {
      State next = state;
      for (int i = 0; i < bytes.length && next != State.DEAD; i++) {
        next = space.next(next, bytes[i] & 0xff);
      }
      return next;
    }
  }

  /** Returns the state after one more token. */
  State after(State state, int token) {
    synchronized (space) {
      int end = trie.textStart(token + 1);
      int start = trie.textStart(token);
      State read = start == end ? State.DEAD : state;
      for (int i = start; i < end && read != State.DEAD; i++) {
        read = space.next(read, trie.text(i));
      }
      return space.namesTokens() ? space.union(read, space.nextByToken(state, token)) : read;
    }
  }

  /** Copies the mask of a state. */
  void copyMask(State state, long[] target) {
    synchronized (space) {
      System.arraycopy(masks.mask(state), 0, target, 0, target.length);
    }
  }

  /** Returns the number of token ids. */
  public int vocabularySize() {
    return trie.tokens();
  }
}
