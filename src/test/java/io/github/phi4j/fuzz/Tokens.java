package io.github.phi4j.fuzz;

import io.github.phi4j.internal.grammar.TokenSource;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.util.OptionalInt;

/** A tokenizer's vocabulary, for grammars. */
record Tokens(GgufTokenizer tokenizer) implements TokenSource {

  @Override
  public int size() {
    return tokenizer.vocabularySize();
  }

  @Override
  public byte[] bytes(int id) {
    return tokenizer.bytes(id);
  }

  @Override
  public OptionalInt id(String text) {
    return tokenizer.special(text);
  }

  @Override
  public boolean endsTurn(int id) {
    for (int stop : tokenizer.stopTokens()) {
      if (stop == id) {
        return true;
      }
    }
    return false;
  }
}
