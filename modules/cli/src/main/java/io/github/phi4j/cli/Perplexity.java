package io.github.phi4j.cli;

import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.TokenLogProb;

/**
 * Perplexity as defined by llama.cpp: the text is split into chunks of one context length, each
 * starts from an empty context, and only the second half of a chunk is scored, so each scored token
 * has at least half a context before it.
 */
final class Perplexity {

  /** The minimum length of a chunk with a token to score. */
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
   * @param chunk the tokens of the chunk
   * @param firstToken the token to feed in place of the chunk's first one
   */
  void add(int[] chunk, int firstToken) {
    int first = chunkLength / 2;
    int[] seen = chunk.clone();
    seen[0] = firstToken;
    session.rewind(0);
    for (TokenLogProb token : session.score(Prompt.tokens(seen), first + 1)) {
      count++;
      sum -= token.logProb();
      squareSum += token.logProb() * token.logProb();
    }
  }

  /** Returns the perplexity so far. */
  double value() {
    return Math.exp(sum / count);
  }

  /** Returns its standard error; NaN for fewer than two scored tokens. */
  double error() {
    double mean = sum / count;
    double variance = Math.max(0, squareSum / count - mean * mean);
    return Math.sqrt(variance / (count - 1)) * value();
  }
}
