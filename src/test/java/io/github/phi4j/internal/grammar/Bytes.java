package io.github.phi4j.internal.grammar;

import java.util.OptionalInt;

/** A vocabulary that consists only of its tokens' bytes. */
public final class Bytes implements TokenSource {

  private final byte[][] texts;

  /** Creates a vocabulary. */
  public Bytes(byte[][] texts) {
    this.texts = texts;
  }

  @Override
  public int size() {
    return texts.length;
  }

  @Override
  public byte[] bytes(int id) {
    return texts[id];
  }

  @Override
  public OptionalInt id(String text) {
    return OptionalInt.empty();
  }

  @Override
  public boolean endsTurn(int id) {
    return false;
  }
}
