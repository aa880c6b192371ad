package io.github.phi4j.internal.grammar;

import java.util.OptionalInt;

/** The view of a vocabulary that grammars need. */
public interface TokenSource {

  /** Returns the number of ids, which start at 0. */
  int size();

  /** Returns the bytes of a token; empty if it has no text. */
  byte[] bytes(int id);

  /** Returns the token with exactly this text, special or not, if there is one. */
  OptionalInt id(String text);

  /** Returns whether a token ends the model's turn. */
  boolean endsTurn(int id);
}
