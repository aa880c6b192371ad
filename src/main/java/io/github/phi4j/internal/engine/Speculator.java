package io.github.phi4j.internal.engine;

import java.util.Optional;

/**
 * Speculative decoding: computes proposed tokens ahead if that is likely to save time, in the
 * number with the most expected useful tokens per second, by measured acceptance rates and costs.
 * Never changes the text: tokens are sampled one by one as usual, from logits that may have been
 * computed ahead. Not thread-safe.
 */
final class Speculator {

  private static final int LEVELS = 32;

  /** Learning rate of the acceptance rates. */
  private static final double LEARNING = 0.1;

  /** The minimum expected speedup. */
  private static final double MIN_GAIN = 1.03;

  /** If costly proposals do not pay off, one in this many tokens gets one as a trial. */
  private static final int TRIAL = 32;

  private final Optional<Proposer> proposer;
  private final double[] right = new double[LEVELS]; // acceptance rate by level
  private final int[] draft;
  private int level; // level of the first proposed token
  private int count; // length of the proposal
  private int ahead; // number computed ahead
  private int at; // number accepted so far
  private int idle;
  private int drafted;
  private int accepted;

  /** Creates a speculator; without a proposer it does nothing. */
  Speculator(Optional<Proposer> proposer) {
    this.proposer = proposer;
    draft = new int[proposer.map(Proposer::maxTokens).orElse(0)];
    for (int i = 0; i < LEVELS; i++) {
      right[i] = (i + 1.0) / (i + 3); // prior
    }
  }

  /** The number of proposed tokens that were computed. */
  int drafted() {
    return drafted;
  }

  /** The number of accepted tokens. */
  int accepted() {
    return accepted;
  }

  /**
   * Computes the logits after a context, and possibly ahead.
   *
   * @param limit the maximum number of tokens ahead
   */
  void computeLogits(Context context, int limit) {
    if (context.hasLogits() || proposer.isEmpty()) {
      return; // missing logits are computed on demand
    }
    draft(proposer.get(), context, context.roomAhead(Math.min(limit, draft.length)));
    if (ahead > 0) {
      context.computeAhead(draft, ahead);
      drafted += ahead;
    }
  }

  private void draft(Proposer from, Context context, int room) {
    at = 0;
    count = 0;
    ahead = 0;
    level = room == 0 ? -1 : from.level(context.tokens(), context.length());
    if (level < 0) {
      return;
    }
    int worth = worth(context, room, from.nanosPerToken());
    boolean trial = worth == 0 && (from.nanosPerToken() == 0 || ++idle % TRIAL == 0);
    if (worth > 0 || trial) { // trial proposals are not computed, only compared
      count = from.propose(context.tokens(), context.length(), draft, Math.max(worth, 1));
      ahead = Math.min(worth, count);
    }
  }

  /** The number of tokens with the highest expected speedup. */
  private int worth(Context context, int room, double nanosPerToken) {
    int best = 0;
    double bestGain = MIN_GAIN;
    double reached = 1;
    double useful = 0;
    for (int n = 1; n <= room; n++) {
      reached *= right[levelOf(n - 1)];
      useful += reached;
      double gain = context.gain(n, useful, n * nanosPerToken);
      if (gain > bestGain) {
        bestGain = gain;
        best = n;
      }
    }
    return best;
  }

  private int levelOf(int index) {
    return Math.min(LEVELS - 1, level + index);
  }

  /** Updates the acceptance rates by the chosen token. */
  void learn(int token) {
    if (at >= count) {
      return;
    }
    boolean hit = draft[at] == token;
    right[levelOf(at)] += LEARNING * ((hit ? 1 : 0) - right[levelOf(at)]);
    if (!hit) {
      count = 0;
    } else if (at++ < ahead) {
      accepted++;
    }
  }
}
