package io.github.phi4j.internal.engine;

import java.util.Optional;

/**
 * Has tokens computed ahead where that is likely to save time: as many as promise the most useful
 * tokens a second, by how often guesses proved right and by what passes and guesses cost. The text
 * is not touched by it: tokens are sampled one by one as ever, from logits that may be there
 * already. Not thread-safe.
 */
final class Speculator {

  private static final int LEVELS = 32;

  /** How much the last guess weighs in what is known of its level. */
  private static final double LEARNING = 0.1;

  /** Guesses must promise this gain to be computed. */
  private static final double LEAST_GAIN = 1.03;

  /** Where guesses cost time but do not pay, one in so many tokens is guessed all the same. */
  private static final int TRIAL = 32;

  private final Optional<Proposer> proposer;
  private final double[] right = new double[LEVELS]; // the probability of a guess, by its level
  private final int[] guess;
  private int level; // of the first token of the guess
  private int count; // tokens of the guess
  private int ahead; // how many of them were computed
  private int at; // how many proved right so far
  private int idle;
  private int guessed;
  private int accepted;

  /** Speculates on the guesses of a proposer, or not at all. */
  Speculator(Optional<Proposer> proposer) {
    this.proposer = proposer;
    guess = new int[proposer.map(Proposer::maxTokens).orElse(0)];
    for (int i = 0; i < LEVELS; i++) {
      right[i] = (i + 1.0) / (i + 3); // until it is known better
    }
  }

  /** How many guessed tokens were computed. */
  int guessed() {
    return guessed;
  }

  /** How many of them proved right. */
  int accepted() {
    return accepted;
  }

  /**
   * Computes the logits after a context, and ahead.
   *
   * @param most how many tokens ahead may be of use
   */
  void computeLogits(Context context, int most) {
    if (context.hasLogits() || proposer.isEmpty()) {
      return; // those that are missing are computed when asked for
    }
    guess(proposer.get(), context, context.roomAhead(Math.min(most, guess.length)));
    if (ahead > 0) {
      context.computeAhead(guess, ahead);
      guessed += ahead;
    }
  }

  private void guess(Proposer from, Context context, int room) {
    at = 0;
    count = 0;
    ahead = 0;
    level = room == 0 ? -1 : from.level(context.tokens(), context.length());
    if (level < 0) {
      return;
    }
    int worth = worth(context, room, from.nanosPerToken());
    boolean trial = worth == 0 && (from.nanosPerToken() == 0 || ++idle % TRIAL == 0);
    if (worth > 0 || trial) { // what is guessed on trial is not computed, only learned from
      count = from.propose(context.tokens(), context.length(), guess, Math.max(worth, 1));
      ahead = Math.min(worth, count);
    }
  }

  /** The number of tokens that promise most. */
  private int worth(Context context, int room, double nanosPerToken) {
    int best = 0;
    double most = LEAST_GAIN;
    double reached = 1;
    double useful = 0;
    for (int n = 1; n <= room; n++) {
      reached *= right[levelOf(n - 1)];
      useful += reached;
      double gain = context.gain(n, useful, n * nanosPerToken);
      if (gain > most) {
        most = gain;
        best = n;
      }
    }
    return best;
  }

  private int levelOf(int index) {
    return Math.min(LEVELS - 1, level + index);
  }

  /** Learns from the token that was chosen. */
  void learn(int token) {
    if (at >= count) {
      return;
    }
    boolean hit = guess[at] == token;
    right[levelOf(at)] += LEARNING * ((hit ? 1 : 0) - right[levelOf(at)]);
    if (!hit) {
      count = 0;
    } else if (at++ < ahead) {
      accepted++;
    }
  }
}
