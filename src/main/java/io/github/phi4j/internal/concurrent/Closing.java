package io.github.phi4j.internal.concurrent;

/** Steps that release something, none of which may keep the others from being taken. */
public final class Closing {

  private Throwable failure;

  /** Takes a step; a failure waits for {@link #finish}. */
  public Closing step(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) { // whatever it is, more must be released
      if (failure == null) {
        failure = e;
      } else if (!failure.equals(e)) {
        failure.addSuppressed(e);
      }
    }
    return this;
  }

  /** Throws the first failure of a step, the others being suppressed in it. */
  public void finish() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
