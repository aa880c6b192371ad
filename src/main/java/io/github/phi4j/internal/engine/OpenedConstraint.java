package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.sampling.TokenConstraint;

/** Requires one token, then follows another constraint. */
final class OpenedConstraint implements TokenConstraint {

  private final int opening;
  private final TokenConstraint rest;
  private final long[] onlyOpening;
  private boolean opened;

  OpenedConstraint(int opening, TokenConstraint rest, int vocabularySize) {
    this.opening = opening;
    this.rest = rest;
    onlyOpening = new long[(vocabularySize + Long.SIZE - 1) / Long.SIZE];
    onlyOpening[opening / Long.SIZE] = 1L << opening;
  }

  @Override
  public long[] allowed() {
    return opened ? rest.allowed() : onlyOpening;
  }

  @Override
  public boolean allows(int token) {
    return opened ? rest.allows(token) : token == opening;
  }

  @Override
  public void accept(int token) {
    if (opened) {
      rest.accept(token);
    } else if (token == opening) {
      opened = true;
    } else {
      throw new IllegalArgumentException("token " + token + " may not come next");
    }
  }

  @Override
  public boolean isComplete() {
    return opened && rest.isComplete();
  }

  @Override
  public int length() {
    return opened ? 1 + rest.length() : 0;
  }

  @Override
  public void rewind(int length) {
    if (opened) {
      rest.rewind(Math.max(0, length - 1));
      opened = length > 0;
    }
  }
}
