package io.github.phi4j.internal.sampling;

/** Keeps only the tokens that a constraint allows. */
final class Constrained implements SamplingStep {

  private final TokenConstraint constraint;
  private final boolean greedy;

  /**
   * Creates the step.
   *
   * @param greedy whether only the most probable token matters afterwards; if it is allowed, the
   *     mask is not computed
   */
  Constrained(TokenConstraint constraint, boolean greedy) {
    this.constraint = constraint;
    this.greedy = greedy;
  }

  @Override
  public void apply(Candidates candidates) {
    if (!greedy || !constraint.allows(candidates.id(candidates.best()))) {
      candidates.keepAllowed(constraint.allowed());
    }
  }
}
