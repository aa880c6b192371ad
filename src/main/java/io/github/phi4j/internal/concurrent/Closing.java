package io.github.phi4j.internal.concurrent;

/** Release steps, of which all run even if some fail. */
public final class Closing {

  private Throwable failure;

  /** Runs a step; {@link #finish} throws its failure. */
  public Closing step(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) { // the remaining steps must run in any case
      if (failure == null) {
        failure = e;
      } else if (!failure.equals(e)) {
        failure.addSuppressed(e);
      }
    }
    return this;
  }

  /** Throws the first failure of a step, with the others suppressed. */
  public void finish() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
