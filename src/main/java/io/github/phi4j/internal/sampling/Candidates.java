package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.NoTokenLeftException;
import io.github.phi4j.api.TokenLogProb;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The tokens that may still come next, with their logits, and the context that they would follow.
 *
 * <p>They stand in the order of their ids, or {@linkplain #sorted() sorted} by falling logit and,
 * where logits are equal, by rising id. All arrays are used again for each token.
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
   * Starts again with the whole vocabulary.
   *
   * @param newLogits one for each id; copied
   * @param tokens the tokens of the context, the oldest first; not copied
   * @param count how many of them are there
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

  /** Whether the candidates stand by falling logit, rather than by rising id. */
  boolean sorted() {
    return sorted;
  }

  /** The ids; only the first {@link #size()} count. Rising, unless {@link #sorted()}. */
  int[] ids() {
    return ids;
  }

  int id(int index) {
    return ids[index];
  }

  float logit(int index) {
    return logits[index];
  }

  /** The logits; only the first {@link #size()} count. Changing them must not change the order. */
  float[] logits() {
    return logits;
  }

  /** Written by {@link #softmax()}; only the first {@link #size()} count. */
  float[] probabilities() {
    return probabilities;
  }

  /** The tokens so far, prompt included, the oldest first; only {@link #contextLength()} count. */
  int[] context() {
    return context;
  }

  int contextLength() {
    return contextLength;
  }

  /**
   * Replaces the logit of a token, while the whole vocabulary is there. One that overflowed becomes
   * the highest finite one.
   */
  void setLogit(int id, float logit) {
    if (size != vocabularySize || sorted) {
      throw new IllegalStateException("some candidates were left out already");
    }
    logits[id] = Math.min(logit, Float.MAX_VALUE);
  }

  /**
   * Where the candidate with the highest logit stands, the one with the lowest id if there are
   * several.
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
   * @return log Σ exp(logit): a candidate's log-probability is its logit minus this
   */
  double softmax() {
    float max = logits[best()];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      // StrictMath: the same bits on every machine, so that a seed means the same text.
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
   * The entropy of the candidates in nats, of the {@linkplain #probabilities() probabilities}.
   *
   * @param logSum what {@link #softmax()} returned
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
    List<TokenLogProb.Candidate> most = new ArrayList<>(listed);
    if (listed > 0) {
      rank(listed);
    }
    for (int rank = 0; rank < listed; rank++) {
      int at = ranked(rank);
      double other = Math.exp(logits[at] - max) / sum;
      if (other > 0) {
        most.add(new TokenLogProb.Candidate(ids[at], other));
      }
    }
    return new TokenLogProb.Sampled(probability, most);
  }

  /** Divides the logits by a temperature above 0, and shifts them so that the highest is 0. */
  void divide(float temperature) {
    float max = logits[best()];
    for (int i = 0; i < size; i++) {
      // A shift of all logits changes no probability, but keeps the division from overflowing.
      logits[i] = (logits[i] - max) / temperature;
    }
  }

  /**
   * Finds at least the {@code count} candidates with the highest logits, for {@link #ranked}.
   *
   * @return how many were found
   */
  int rank(int count) {
    return sorted ? size : ranking.rank(logits, size, count);
  }

  /** Where the candidate of the given rank stands, 0 being the one with the highest logit. */
  int ranked(int rank) {
    return sorted ? rank : ranking.index(rank);
  }

  /** Makes room for {@link #rank} and {@link #keepRanked} with every count, all at once. */
  void reserveRanks() {
    ranking.reserve(vocabularySize);
    spareIds = new int[vocabularySize];
    spareLogits = new float[vocabularySize];
  }

  /** Leaves only the first {@code count} of the candidates found by {@link #rank}, sorted. */
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
   * Leaves only the candidates whose bits are set, in the order they have.
   *
   * @throws NoTokenLeftException if that are none, or all of them have the logit negative infinity
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
              ? "no token is left to choose from: none of the vocabulary goes on as the grammar"
                  + " asks"
              : "no token is left to choose from: the grammar allows "
                  + kept
                  + " here, but all of them are banned, by a logit bias of negative infinity, as"
                  + " stop tokens that may not come yet, or as ids that the model does not use");
    }
  }

  /** Leaves only the candidates whose value is at least the limit, in the order they have. */
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

  /** Leaves only the candidate at an index. */
  void keepOnly(int index) {
    ids[0] = ids[index];
    logits[0] = logits[index];
    size = 1;
  }

  /**
   * Leaves only the candidates with some ids, in the order they have.
   *
   * @throws NoTokenLeftException if none is left
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
