package io.github.phi4j.internal.engine;

import io.github.phi4j.api.GrammarMatcher;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.sampling.TokenConstraint;
import java.util.List;

/** A matcher on top of a constraint, without generation. */
final class DefaultMatcher implements GrammarMatcher {

  private final CompiledGrammar grammar;
  private final TokenConstraint constraint;
  private final int[] stopTokens;

  DefaultMatcher(CompiledGrammar grammar, int[] stopTokens) {
    this.grammar = grammar;
    this.stopTokens = stopTokens.clone();
    constraint = grammar.constraint(stopTokens);
  }

  @Override
  public long[] allowed() {
    return constraint.allowed().clone();
  }

  @Override
  public boolean allows(int token) {
    check(token);
    return constraint.allows(token);
  }

  @Override
  public void accept(int token) {
    check(token);
    constraint.accept(token);
  }

  private void check(int token) {
    if (token < 0 || token >= grammar.vocabularySize()) {
      throw new IllegalArgumentException(
          "token id "
              + token
              + " is outside the vocabulary; the model's ids go from 0 to "
              + (grammar.vocabularySize() - 1));
    }
  }

  @Override
  public boolean mayEnd() {
    return stopTokens.length > 0 ? constraint.allows(stopTokens[0]) : constraint.isComplete();
  }

  @Override
  public void reset() {
    constraint.rewind(0);
  }

  @Override
  public List<String> unenforced() {
    return grammar.unenforced();
  }
}
