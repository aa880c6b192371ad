package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.grammar.TokenSource;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.util.Arrays;
import java.util.OptionalInt;

/** Adapts a model's vocabulary for grammars. */
record ModelTokens(GgufTokenizer tokenizer) implements TokenSource {

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
    OptionalInt special = tokenizer.special(text);
    if (special.isPresent()) {
      return special;
    }
    int[] ids = tokenizer.encode(text);
    return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  @Override
  public boolean endsTurn(int id) {
    return Arrays.binarySearch(tokenizer.stopTokens(), id) >= 0;
  }
}
