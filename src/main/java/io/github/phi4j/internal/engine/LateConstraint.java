package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.sampling.TokenConstraint;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/** A constraint on a part of a reply: until that part begins, every token is allowed. */
final class LateConstraint implements TokenConstraint {

  private final TokenConstraint constraint;
  private final BooleanSupplier begun;
  private final long[] all;

  LateConstraint(TokenConstraint constraint, int vocabularySize, BooleanSupplier begun) {
    this.constraint = constraint;
    this.begun = begun;
    all = new long[(vocabularySize + Long.SIZE - 1) / Long.SIZE];
    Arrays.fill(all, -1);
  }

  @Override
  public long[] allowed() {
    return begun.getAsBoolean() ? constraint.allowed() : all;
  }

  @Override
  public boolean allows(int token) {
    return !begun.getAsBoolean() || constraint.allows(token);
  }

  @Override
  public void accept(int token) {
    if (begun.getAsBoolean()) {
      constraint.accept(token);
    }
  }

  @Override
  public boolean isComplete() {
    return begun.getAsBoolean() && constraint.isComplete();
  }

  @Override
  public int length() {
    return constraint.length();
  }

  @Override
  public void rewind(int length) {
    constraint.rewind(length);
  }
}
