package io.github.phi4j.cli;

import io.github.phi4j.api.Session;
import java.util.Arrays;

/**
 * Perplexity as llama.cpp defines it: the text is cut into chunks of one context length, each
 * starts from an empty context, and only the second half of a chunk is scored, so that every scored
 * token has at least half a context before it.
 */
final class Perplexity {

  /** The shortest chunk that has a token to score. */
  static final int MIN_CHUNK_LENGTH = 3;

  private final Session session;
  private final int chunkLength;
  private long count;
  private double sum;
  private double squareSum;

  Perplexity(Session session, int chunkLength) {
    this.session = session;
    this.chunkLength = chunkLength;
  }

  /**
   * Scores one chunk.
   *
   * @param chunk the tokens that are scored; as many as a chunk is long
   * @param firstToken the token that the model sees in place of the chunk's first one
   */
  void add(int[] chunk, int firstToken) {
    int first = chunkLength / 2;
    int[] seen = chunk.clone();
    seen[0] = firstToken;
    session.rewind(0);
    session.feed(Arrays.copyOf(seen, first));
    // The chunk's last token has nothing after it to predict.
    session.feed(
        Arrays.copyOfRange(seen, first, chunkLength - 1),
        (position, logits) -> score(negativeLogProbability(logits, chunk[position + 1])));
  }

  private void score(double loss) {
    count++;
    sum += loss;
    squareSum += loss * loss;
  }

  /** −log softmax(logits)[token]. */
  static double negativeLogProbability(float[] logits, int token) {
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return Math.log(sum) - (logits[token] - max);
  }

  /** The perplexity of what was scored so far. */
  double value() {
    return Math.exp(sum / count);
  }

  /** Its standard error; NaN where fewer than two tokens were scored. */
  double error() {
    double mean = sum / count;
    double variance = Math.max(0, squareSum / count - mean * mean);
    return Math.sqrt(variance / (count - 1)) * value();
  }
}
