package io.github.phi4j.internal.grammar;

/** Thrown if compiling a grammar was abandoned because the call that requested it has ended. */
public final class CompilingCancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
