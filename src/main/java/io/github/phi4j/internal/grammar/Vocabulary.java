package io.github.phi4j.internal.grammar;

import java.util.List;
import java.util.OptionalInt;

/** A vocabulary with the trie and masks that all its grammars share. Thread-safe. */
public final class Vocabulary {

  private final TokenSource source;
  private TokenTrie trie;
  private LeafMasks leafMasks;

  /** Creates a vocabulary; nothing is read yet. */
  public Vocabulary(TokenSource source) {
    this.source = source;
  }

  /** Returns an empty vocabulary, for matching texts without tokens. */
  static Vocabulary none() {
    return new Vocabulary(
        new TokenSource() {
          @Override
          public int size() {
            return 0;
          }

          @Override
          public byte[] bytes(int id) {
            return new byte[0];
          }

          @Override
          public OptionalInt id(String text) {
            return OptionalInt.empty();
          }

          @Override
          public boolean endsTurn(int id) {
            return false;
          }
        });
  }

  /** Compiles a grammar in GBNF. */
  public CompiledGrammar gbnf(String text) {
    GrammarRules rules = GbnfParser.parse(text);
    return compiled(AutomatonBuilder.build(rules, token -> id(rules, token)));
  }

  /** Wraps a finished automaton. */
  public CompiledGrammar compiled(Automaton automaton) {
    return compiled(automaton, List.of());
  }

  /** Wraps a finished automaton and the keywords that it does not enforce. */
  public CompiledGrammar compiled(Automaton automaton, List<String> unenforced) {
    return new CompiledGrammar(automaton, trie(), leafMasks, unenforced);
  }

  private int id(GrammarRules rules, Expression.Token token) {
    int id =
        token
            .id()
            .orElseGet(() ->
                source
                    .id(token.text())
                    .orElseThrow(() ->
                        rules.fault(
                            token.place(), token.text() + " is not a single token of the model")));
    if (id < 0 || id >= source.size()) {
      throw rules.fault(
          token.place(), "token " + id + ": the model's ids go from 0 to " + (source.size() - 1));
    }
    if (source.endsTurn(id)) {
      throw rules.fault(
          token.place(),
          "token " + id + " ends the model's turn; leave it out: it follows the end of the text");
    }
    return id;
  }

  private synchronized TokenTrie trie() {
    if (trie == null) {
      byte[][] texts = new byte[source.size()][];
      for (int id = 0; id < texts.length; id++) {
        texts[id] = source.bytes(id);
      }
      trie = new TokenTrie(texts);
      leafMasks = new LeafMasks(trie);
    }
    return trie;
  }
}
