package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.sampling.TokenConstraint;

/** The union of two constraints, until the tokens decide for one of them. */
final class EitherConstraint implements TokenConstraint {

  private final Side first;
  private final Side second;
  private int length;
  private long[] union = {};

  EitherConstraint(TokenConstraint first, TokenConstraint second) {
    this.first = new Side(first);
    this.second = new Side(second);
  }

  /** A constraint and the number of tokens that it allowed. */
  private static final class Side {
    final TokenConstraint constraint;
    int allowed;

    Side(TokenConstraint constraint) {
      this.constraint = constraint;
    }

    void accept(int token) {
      if (constraint.allows(token)) {
        constraint.accept(token);
        allowed++;
      }
    }

    void rewind(int length) {
      if (allowed > length) {
        constraint.rewind(length);
        allowed = length;
      }
    }
  }

  /** Whether a constraint allowed all tokens so far. */
  private boolean follows(Side side) {
    return side.allowed == length;
  }

  @Override
  public long[] allowed() {
    if (!follows(second)) {
      return first.constraint.allowed();
    }
    if (!follows(first)) {
      return second.constraint.allowed();
    }
    long[] firstMask = first.constraint.allowed();
    long[] secondMask = second.constraint.allowed();
    if (union.length == 0) {
      union = new long[Math.max(firstMask.length, secondMask.length)];
    }
    for (int i = 0; i < union.length; i++) {
      union[i] =
          (i < firstMask.length ? firstMask[i] : 0) | (i < secondMask.length ? secondMask[i] : 0);
    }
    return union;
  }

  @Override
  public boolean allows(int token) {
    return (follows(first) && first.constraint.allows(token))
        || (follows(second) && second.constraint.allows(token));
  }

  @Override
  public void accept(int token) {
    if (!allows(token)) {
      throw new IllegalArgumentException("token " + token + " may not come next");
    }
    boolean firstFollows = follows(first);
    boolean secondFollows = follows(second);
    if (firstFollows) {
      first.accept(token);
    }
    if (secondFollows) {
      second.accept(token);
    }
    length++;
  }

  @Override
  public boolean isComplete() {
    return (!follows(first) || first.constraint.isComplete())
        && (!follows(second) || second.constraint.isComplete());
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void rewind(int newLength) {
    first.rewind(newLength);
    second.rewind(newLength);
    length = newLength;
  }
}
