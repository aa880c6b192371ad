package io.github.phi4j.internal.grammar;

/** Compiling a grammar was given up, since the call that asked for it has ended. */
public final class CompilingCancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
