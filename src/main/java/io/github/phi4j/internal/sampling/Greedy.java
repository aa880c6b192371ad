package io.github.phi4j.internal.sampling;

/** Chooses the most probable token; the lowest id among ties. */
final class Greedy implements TokenChoice {

  @Override
  public int choose(Candidates candidates) {
    return candidates.id(candidates.best());
  }
}
