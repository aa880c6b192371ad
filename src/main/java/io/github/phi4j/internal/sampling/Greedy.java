package io.github.phi4j.internal.sampling;

/** Takes the most probable token; of equally probable ones that with the lowest id. */
final class Greedy implements TokenChoice {

  @Override
  public int choose(Candidates candidates) {
    return candidates.id(candidates.best());
  }
}
