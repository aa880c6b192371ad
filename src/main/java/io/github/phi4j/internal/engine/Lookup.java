package io.github.phi4j.internal.engine;

/**
 * Guesses that what followed the last tokens before, where most of them stand the same way, follows
 * again (Saxena 2023, "Prompt Lookup Decoding"). The more of them are the same, the surer it is.
 */
final class Lookup implements Proposer {

  private static final int LONGEST = 16;

  private final int maxTokens;
  private int follows; // where the text went on

  Lookup(int maxTokens) {
    this.maxTokens = maxTokens;
  }

  @Override
  public int level(int[] tokens, int length) {
    int longest = 0;
    for (int end = length - 1; end > 0 && longest < LONGEST; end--) { // the latest place wins
      if (tokens[end - 1] == tokens[length - 1]) {
        int same = same(tokens, end, length);
        if (same > longest) {
          longest = same;
          follows = end;
        }
      }
    }
    return longest - 1;
  }

  /** How many tokens before two places are the same. */
  private static int same(int[] tokens, int end, int length) {
    int same = 0;
    while (same < LONGEST && same < end && tokens[end - 1 - same] == tokens[length - 1 - same]) {
      same++;
    }
    return same;
  }

  @Override
  public int propose(int[] tokens, int length, int[] out, int most) {
    for (int i = 0; i < most; i++) { // a text that repeats itself runs into its own guess
      out[i] = follows + i < length ? tokens[follows + i] : out[follows + i - length];
    }
    return most;
  }

  @Override
  public double nanosPerToken() {
    return 0;
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }
}
