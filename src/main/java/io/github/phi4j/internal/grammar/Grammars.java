package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.schema.SchemaGrammar;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compiles grammars for one vocabulary and keeps those that were used last. What they share is made
 * when the first is compiled. Thread-safe.
 */
public final class Grammars {

  private static final int MAX_KEPT = 8;

  private final TokenSource source;
  private final Map<Grammar, CompiledGrammar> compiled =
      new LinkedHashMap<>(16, 0.75f, true); // guarded by itself, as the rest is
  private TokenTrie trie;

  /** Creates a place for grammars; nothing is read of the vocabulary yet. */
  public Grammars(TokenSource source) {
    this.source = source;
  }

  /**
   * Compiles a grammar, or finds it compiled.
   *
   * @throws GrammarException if it is wrong
   */
  public CompiledGrammar compile(Grammar grammar) {
    synchronized (compiled) {
      CompiledGrammar known = compiled.get(grammar);
      if (known == null) {
        GrammarRules rules = rules(grammar);
        Automaton automaton = AutomatonBuilder.build(rules, token -> id(rules, token));
        known = new CompiledGrammar(automaton, trie());
        compiled.put(grammar, known);
        if (compiled.size() > MAX_KEPT) {
          compiled.remove(compiled.keySet().iterator().next());
        }
      }
      return known;
    }
  }

  private static GrammarRules rules(Grammar grammar) {
    return switch (grammar) {
      case Grammar.Gbnf gbnf -> GbnfParser.parse(gbnf.text());
      case Grammar.JsonSchema json -> GbnfParser.parse(SchemaGrammar.of(json.schema()));
    };
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
                            token.place(),
                            token.text() + " is no token of the model, or more than one")));
    if (id < 0 || id >= source.size()) {
      throw rules.fault(
          token.place(), "token " + id + ": the model's ids go from 0 to " + (source.size() - 1));
    }
    if (source.endsTurn(id)) {
      throw rules.fault(
          token.place(),
          "token "
              + id
              + " ends the model's turn; leave it out, for it follows where the text ends");
    }
    return id;
  }

  private TokenTrie trie() {
    if (trie == null) {
      byte[][] texts = new byte[source.size()][];
      for (int id = 0; id < texts.length; id++) {
        texts[id] = source.bytes(id);
      }
      trie = new TokenTrie(texts);
    }
    return trie;
  }
}
