package io.github.phi4j.internal.engine;

/**
 * Prompt lookup decoding (Saxena 2023): finds the longest earlier match of the last tokens and
 * proposes the tokens that followed it. Longer matches give a higher level.
 */
final class Lookup implements Proposer {

  private static final int LONGEST = 16;

  private final int maxTokens;
  private int follows; // position after the match

  Lookup(int maxTokens) {
    this.maxTokens = maxTokens;
  }

  @Override
  public int level(int[] tokens, int length) {
    int longest = 0;
    for (int end = length - 1; end > 0 && longest < LONGEST; end--) { // the latest match wins
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

  /** The length of the common suffix before two positions. */
  private static int same(int[] tokens, int end, int length) {
    int same = 0;
    while (same < LONGEST && same < end && tokens[end - 1 - same] == tokens[length - 1 - same]) {
      same++;
    }
    return same;
  }

  @Override
  public int propose(int[] tokens, int length, int[] out, int limit) {
    for (int i = 0; i < limit; i++) { // past the end it continues with its own proposal
      out[i] = follows + i < length ? tokens[follows + i] : out[follows + i - length];
    }
    return limit;
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
