package io.github.phi4j.internal.grammar;

import java.util.OptionalInt;

/** What a grammar needs to know of a vocabulary. */
public interface TokenSource {

  /** The number of ids, from 0 on. */
  int size();

  /** The bytes of a token; empty for one that is no text. */
  byte[] bytes(int id);

  /** The token of which a text is the whole, special or not, if there is one. */
  OptionalInt id(String text);

  /** Whether a token ends the model's turn. */
  boolean endsTurn(int id);
}
