package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.Sampling;

/**
 * Penalizes tokens that would extend a repetition: "don't repeat yourself" (p-e-w 2024), as in
 * llama.cpp. A token that once followed the last n tokens of the context gets a penalty that grows
 * exponentially with n.
 */
final class Dry implements SamplingStep {

  private static final double LOG_OF_FLOAT_MAX = 88.7228391;

  private final Sampling.Dry how;
  private final SequenceBreakers breakers;
  private final int longestExponent;
  private final int[] repeats; // by id: longest repetition plus 1; zero between calls
  private int[] suffixes = {}; // by distance from the end: length of the match with the suffix

  Dry(Sampling.Dry how, SequenceBreakers breakers, int vocabularySize) {
    this.how = how;
    this.breakers = breakers;
    longestExponent =
        how.base() > 1.000001f
            ? (int) (LOG_OF_FLOAT_MAX / StrictMath.log(how.base()))
            : Integer.MAX_VALUE;
    repeats = new int[vocabularySize];
  }

  @Override
  public void apply(Candidates candidates) {
    int[] context = candidates.context();
    int end = candidates.contextLength();
    int window = how.window().tokens(end);
    if (window <= how.allowedLength()) {
      return;
    }
    int limit = sinceBreaker(context, end, window);
    if (limit < how.allowedLength()) {
      return;
    }
    findSuffixes(context, end, window);
    for (int back = 1; back < window; back++) {
      int repeat = Math.min(suffixes[back], limit);
      int next = context[end - back];
      if (repeat >= how.allowedLength()) {
        repeats[next] = Math.max(repeats[next], repeat + 1);
      }
    }
    for (int back = 1; back < window; back++) {
      int id = context[end - back];
      if (repeats[id] > 0) {
        penalize(candidates, id, repeats[id] - 1);
        repeats[id] = 0;
      }
    }
  }

  private void penalize(Candidates candidates, int id, int repeat) {
    float logit = candidates.logit(id);
    if (logit == Float.NEGATIVE_INFINITY || breakers.isBreaker(id)) {
      return;
    }
    int exponent = Math.min(repeat - how.allowedLength(), longestExponent);
    double penalty = how.multiplier() * Power.of(how.base(), exponent);
    candidates.setLogit(id, (float) Math.max(-Float.MAX_VALUE, logit - penalty));
  }

  /** The number of tokens after the last breaker in the window. */
  private int sinceBreaker(int[] context, int end, int window) {
    for (int back = 0; back < window; back++) {
      int longest = -1;
      for (int[] tail : breakers.tails(context[end - 1 - back])) {
        if (tail.length > longest && tail.length <= back && matches(tail, context, end - back)) {
          longest = tail.length;
        }
      }
      if (longest >= 0) {
        return back - longest;
      }
    }
    return window;
  }

  private static boolean matches(int[] tail, int[] context, int at) {
    for (int i = 0; i < tail.length; i++) {
      if (context[at + i] != tail[i]) {
        return false;
      }
    }
    return true;
  }

  /** The Z-algorithm over the window, read backwards (Gusfield 1997, section 1.3). */
  private void findSuffixes(int[] context, int end, int window) {
    if (suffixes.length < window) {
      suffixes = new int[Math.max(window, 2 * suffixes.length)];
    }
    int last = end - 1;
    int left = 0; // the Z-box: the match that reaches farthest back
    int right = 0;
    for (int back = 1; back < window; back++) {
      int length = back < right ? Math.min(suffixes[back - left], right - back) : 0;
      while (back + length < window && context[last - length] == context[last - back - length]) {
        length++;
      }
      suffixes[back] = length;
      if (back + length > right) {
        left = back;
        right = back + length;
      }
    }
  }
}
