package io.github.phi4j.internal.sampling;

/** Bans tokens, always or only among the first generated tokens. */
final class Bans implements SamplingStep {

  private final int[] always;
  private final int[] atFirst;
  private int left;

  /**
   * Creates bans.
   *
   * @param always ids that are always banned
   * @param atFirst ids that are banned among the first {@code minTokens} tokens
   */
  Bans(int[] always, int[] atFirst, int minTokens) {
    this.always = always.clone();
    this.atFirst = atFirst.clone();
    this.left = minTokens;
  }

  @Override
  public void apply(Candidates candidates) {
    ban(always, candidates);
    if (left > 0) {
      left--;
      ban(atFirst, candidates);
    }
  }

  private static void ban(int[] ids, Candidates candidates) {
    for (int id : ids) {
      candidates.setLogit(id, Float.NEGATIVE_INFINITY);
    }
  }
}
