package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.sampling.TokenConstraint;
import java.util.List;

/**
 * A grammar as an automaton, with what was found out so far of a vocabulary. It serves all
 * sequences that follow it; thread-safe.
 */
public final class CompiledGrammar {

  private final TokenTrie trie;
  private final StateSpace space; // guarded by itself, as the masks are
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
   * Compiles rules for texts alone, without a vocabulary.
   *
   * @throws GrammarException if the rules do not make sense or name tokens
   */
  static CompiledGrammar of(GrammarRules rules) {
    Automaton automaton =
        AutomatonBuilder.build(
            rules,
            token -> {
              throw rules.fault(token.place(), "there is no vocabulary to look a token up in");
            });
    return Vocabulary.none().compiled(automaton);
  }

  /** What the grammar does not enforce. */
  public List<String> unenforced() {
    return unenforced;
  }

  /** Whether a text follows the grammar. */
  public boolean matches(String text) {
    return after(start, text.getBytes(UTF_8)).textMayEnd();
  }

  /** Whether a text is the beginning of one that follows the grammar. */
  public boolean isPrefix(String text) {
    return after(start, text.getBytes(UTF_8)) != State.DEAD;
  }

  /**
   * Starts a sequence.
   *
   * @param stopTokens ids that end the text: they may come where it may end, and are no text
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

  /** The state after one more token. */
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

  int vocabularySize() {
    return trie.tokens();
  }
}
