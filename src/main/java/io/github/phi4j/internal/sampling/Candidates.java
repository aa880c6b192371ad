package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.TokenLogProb;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The candidates for the next token with their logits, and the context.
 *
 * <p>Ordered by ascending id, or {@linkplain #sorted() sorted} by descending logit with ties by
 * ascending id. All arrays are reused for each token.
 */
final class Candidates {

  private final int vocabularySize;
  private final int[] ids;
  private final float[] logits;
  private final float[] probabilities;
  private final Ranking ranking = new Ranking();
  private int[] spareIds = {};
  private float[] spareLogits = {};
  private int size;
  private boolean sorted;
  private int[] context;
  private int contextLength;

  Candidates(int vocabularySize) {
    this.vocabularySize = vocabularySize;
    this.ids = new int[vocabularySize];
    this.logits = new float[vocabularySize];
    this.probabilities = new float[vocabularySize];
  }

  /**
   * Resets to the whole vocabulary.
   *
   * @param newLogits one for each id; copied
   * @param tokens the tokens of the context, oldest first; not copied
   * @param count the number of tokens in the context
   * @throws InvalidLogitsException if a logit is NaN or positive infinity
   */
  void load(float[] newLogits, int[] tokens, int count) {
    if (newLogits.length != vocabularySize) {
      throw new IllegalArgumentException(
          newLogits.length + " logits for a vocabulary of " + vocabularySize + " tokens");
    }
    if (count < 0 || count > tokens.length) {
      throw new IllegalArgumentException(count + " tokens in an array of " + tokens.length);
    }
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabularySize; i++) {
      float logit = newLogits[i];
      if (!(logit <= max)) { // also true for NaN, so that the common path has one branch
        max = Logits.checked(logit, i);
      }
      logits[i] = logit;
      ids[i] = i;
    }
    size = vocabularySize;
    sorted = false;
    context = tokens;
    contextLength = count;
  }

  int size() {
    return size;
  }

  /** Whether the candidates are ordered by descending logit rather than by ascending id. */
  boolean sorted() {
    return sorted;
  }

  /** The ids, valid up to {@link #size()}; ascending unless {@link #sorted()}. */
  int[] ids() {
    return ids;
  }

  int id(int index) {
    return ids[index];
  }

  float logit(int index) {
    return logits[index];
  }

  /** The logits, valid up to {@link #size()}. Changes must preserve the order. */
  float[] logits() {
    return logits;
  }

  /** Written by {@link #softmax()}; valid up to {@link #size()}. */
  float[] probabilities() {
    return probabilities;
  }

  /**
   * The tokens of the context, prompt included, oldest first; valid up to {@link #contextLength()}.
   */
  int[] context() {
    return context;
  }

  int contextLength() {
    return contextLength;
  }

  /**
   * Replaces the logit of a token before any candidate is removed. Overflow is clamped to the
   * largest finite value.
   */
  void setLogit(int id, float logit) {
    if (size != vocabularySize || sorted) {
      throw new IllegalStateException("logits can be replaced only before candidates are removed");
    }
    logits[id] = Math.min(logit, Float.MAX_VALUE);
  }

  /**
   * The index of the candidate with the highest logit; of the lowest id among ties.
   *
   * @throws NoTokenLeftException if the logits of all candidates are negative infinity
   */
  int best() {
    int best = 0;
    float max = logits[0];
    for (int i = 1; !sorted && i < size; i++) {
      if (logits[i] > max) {
        max = logits[i];
        best = i;
      }
    }
    if (max == Float.NEGATIVE_INFINITY) {
      throw new NoTokenLeftException(
          "no token is left to choose from: all "
              + vocabularySize
              + " of the vocabulary are banned, by a logit bias of negative infinity, as stop"
              + " tokens that may not come yet, as ids that the model does not use, or by a token"
              + " sampler");
    }
    return best;
  }

  /**
   * Computes the {@linkplain #probabilities() probabilities} of all candidates.
   *
   * @return log Σ exp(logit): subtract it from a logit for the log-probability
   */
  double softmax() {
    float max = logits[best()];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      // StrictMath gives the same bits on every machine, so that a seed always gives the same text.
      float weight = (float) StrictMath.exp(logits[i] - max);
      probabilities[i] = weight;
      sum += weight;
    }
    float scale = (float) (1 / sum);
    for (int i = 0; i < size; i++) {
      probabilities[i] *= scale;
    }
    return max + StrictMath.log(sum);
  }

  /**
   * The entropy of the {@linkplain #probabilities() probabilities}, in nats.
   *
   * @param logSum the result of {@link #softmax()}
   */
  double entropy(double logSum) {
    double entropy = 0;
    for (int i = 0; i < size; i++) {
      if (probabilities[i] > 0) { // 0 · log 0 is 0
        entropy += probabilities[i] * (logSum - logits[i]);
      }
    }
    return entropy;
  }

  /** Writes the probability of each candidate to its id, computed in double precision. */
  void writeProbabilities(double[] byId) {
    float max = logits[best()];
    double sum = weightSum(max);
    for (int i = 0; i < size; i++) {
      byId[ids[i]] = Math.exp(logits[i] - max) / sum;
    }
  }

  private double weightSum(float max) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.exp(logits[i] - max);
    }
    return sum;
  }

  /**
   * The probability of a candidate and of the most probable ones, computed in double precision.
   *
   * @param token the candidate's id
   * @param count how many of the most probable ones
   */
  TokenLogProb.Sampled sampled(int token, int count) {
    float max = logits[best()];
    double sum = weightSum(max);
    int index = 0;
    while (ids[index] != token) {
      index++;
    }
    double probability = Math.exp(logits[index] - max) / sum;
    int listed = Math.min(count, size);
    List<TokenLogProb.Candidate> best = new ArrayList<>(listed);
    if (listed > 0) {
      rank(listed);
    }
    for (int rank = 0; rank < listed; rank++) {
      int at = ranked(rank);
      double other = Math.exp(logits[at] - max) / sum;
      if (other > 0) {
        best.add(new TokenLogProb.Candidate(ids[at], other));
      }
    }
    return new TokenLogProb.Sampled(probability, best);
  }

  /** Divides the logits by a temperature above 0 after shifting them so that the highest is 0. */
  void divide(float temperature) {
    float max = logits[best()];
    for (int i = 0; i < size; i++) {
      // Softmax is invariant under the shift, which keeps the division from overflowing.
      logits[i] = (logits[i] - max) / temperature;
    }
  }

  /**
   * Ranks at least the {@code count} candidates with the highest logits, for {@link #ranked}.
   *
   * @return the number of ranked candidates
   */
  int rank(int count) {
    return sorted ? size : ranking.rank(logits, size, count);
  }

  /** The index of the candidate of a rank; rank 0 has the highest logit. */
  int ranked(int rank) {
    return sorted ? rank : ranking.index(rank);
  }

  /** Allocates the buffers of {@link #rank} and {@link #keepRanked} for any count up front. */
  void reserveRanks() {
    ranking.reserve(vocabularySize);
    spareIds = new int[vocabularySize];
    spareLogits = new float[vocabularySize];
  }

  /** Keeps the first {@code count} candidates of {@link #rank}, sorted. */
  void keepRanked(int count) {
    if (!sorted) {
      if (spareIds.length < count) {
        int length = Math.min(size, Math.max(count, 2 * spareIds.length));
        spareIds = new int[length];
        spareLogits = new float[length];
      }
      for (int i = 0; i < count; i++) {
        int index = ranking.index(i);
        spareIds[i] = ids[index];
        spareLogits[i] = logits[index];
      }
      System.arraycopy(spareIds, 0, ids, 0, count);
      System.arraycopy(spareLogits, 0, logits, 0, count);
      sorted = true;
    }
    size = count;
  }

  /**
   * Keeps the candidates whose bits are set, in order.
   *
   * @throws NoTokenLeftException if none remains with a logit above negative infinity
   */
  void keepAllowed(long[] bits) {
    int kept = 0;
    boolean possible = false;
    for (int i = 0; i < size; i++) {
      int id = ids[i];
      if ((bits[id >> 6] & 1L << id) != 0) {
        ids[kept] = id;
        logits[kept] = logits[i];
        possible |= logits[i] > Float.NEGATIVE_INFINITY;
        kept++;
      }
    }
    size = kept;
    if (!possible) {
      throw new NoTokenLeftException(
          kept == 0
              ? "no token is left to choose from: no token of the vocabulary continues the text as"
                  + " the grammar asks"
              : "no token is left to choose from: the grammar allows "
                  + kept
                  + " here, but all of them are banned, by a logit bias of negative infinity, as"
                  + " stop tokens that may not come yet, or as ids that the model does not use");
    }
  }

  /** Keeps the candidates whose value is at least the limit, in order. */
  void keepAtLeast(float limit, float[] values) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (values[i] >= limit) {
        ids[kept] = ids[i];
        logits[kept] = logits[i];
        kept++;
      }
    }
    size = kept;
  }

  /** Keeps only the candidate at an index. */
  void keepOnly(int index) {
    ids[0] = ids[index];
    logits[0] = logits[index];
    size = 1;
  }

  /**
   * Keeps the candidates whose ids pass a test, in order.
   *
   * @throws NoTokenLeftException if none remains
   */
  void keepIds(IntPredicate kept) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (kept.test(ids[i])) {
        ids[count] = ids[i];
        logits[count] = logits[i];
        count++;
      }
    }
    if (count == 0) {
      throw new NoTokenLeftException("no token is left to choose from: a token sampler kept none");
    }
    size = count;
  }
}
