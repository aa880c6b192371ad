package io.github.phi4j.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Sampling;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** DRY against values computed by hand, and against a search without the Z-algorithm. */
final class DryTest {

  private static final int A = 0;
  private static final int B = 1;
  private static final int C = 2;
  private static final int X = 3;
  private static final int Y = 4;

  private static Sampling.Dry dry(
      float multiplier, float base, int allowedLength, int penaltyLastN) {
    Sampling.Window window =
        penaltyLastN < 0 ? Sampling.Window.wholeContext() : Sampling.Window.last(penaltyLastN);
    return new Sampling.Dry(multiplier, base, allowedLength, window, List.of());
  }

  private static float[] apply(Sampling.Dry how, SequenceBreakers breakers, int... context) {
    Candidates candidates = new Candidates(5);
    candidates.load(new float[5], context, context.length);
    new Dry(how, breakers, 5).apply(candidates);
    return CandidatesFixture.logits(candidates);
  }

  private static float[] apply(Sampling.Dry how, int... context) {
    return apply(how, SequenceBreakers.NONE, context);
  }

  @Test
  void thePenaltyGrowsWithTheRepetition() {
    // The end "a b c" stood before c, its last two tokens before y and its last one before b.
    float[] logits = apply(dry(1, 2, 1, -1), A, B, C, C, B, C, Y, A, B, C);
    assertThat(logits).containsExactly(0, -1, -4, 0, -2);
    logits = apply(dry(0.5f, 3, 2, -1), A, B, C, C, B, C, Y, A, B, C);
    assertThat(logits).containsExactly(0, 0, -1.5f, 0, -0.5f);
    logits = apply(dry(1, 2, 4, -1), A, B, C, C, B, C, Y, A, B, C);
    assertThat(logits).containsOnly(0);
  }

  @Test
  void theLongestRepetitionOfATokenCounts() {
    // x followed "b c" once and "c" once
    assertThat(apply(dry(1, 2, 1, -1), B, C, X, C, X, A, B, C)).containsExactly(0, 0, 0, -2, 0);
  }

  @Test
  void onlyTheLastTokensAreSearched() {
    assertThat(apply(dry(1, 2, 2, 6), A, B, C, X, A, B)).containsExactly(0, 0, -1, 0, 0);
    assertThat(apply(dry(1, 2, 2, 5), A, B, C, X, A, B)).containsOnly(0);
    assertThat(apply(dry(1, 2, 2, -1), A, B)).containsOnly(0);
  }

  @Test
  void aRepetitionOverlapsItself() {
    assertThat(apply(dry(1, 2, 1, -1), A, A, A, A)).containsExactly(-4, 0, 0, 0, 0);
  }

  @Test
  void repetitionsEndAtBreakers() {
    SequenceBreakers breakers = SequenceBreakers.of(Map.of(B, List.of(new int[0])));
    // Without b as a breaker the repetition is three tokens long, with it one.
    assertThat(apply(dry(1, 2, 1, -1), A, B, C, X, A, B, C)).containsExactly(0, 0, 0, -4, 0);
    assertThat(apply(dry(1, 2, 1, -1), breakers, A, B, C, X, A, B, C))
        .containsExactly(0, 0, 0, -1, 0);
    assertThat(apply(dry(1, 2, 2, -1), breakers, A, B, C, X, A, B, C)).containsOnly(0);
  }

  @Test
  void aBreakerItselfIsNotPenalized() {
    SequenceBreakers breakers = SequenceBreakers.of(Map.of(X, List.of(new int[0])));
    assertThat(apply(dry(1, 2, 1, -1), A, B, X, A, B)).containsExactly(0, 0, 0, -2, 0);
    assertThat(apply(dry(1, 2, 1, -1), breakers, A, B, X, A, B)).containsOnly(0);
  }

  @Test
  void aBreakerOfSeveralTokensMustBeComplete() {
    SequenceBreakers breakers =
        SequenceBreakers.of(Map.of(A, List.of(new int[] {B}, new int[] {C, C})));
    assertThat(apply(dry(1, 2, 1, -1), breakers, A, B, C, X, A, B, C))
        .containsExactly(0, 0, 0, -1, 0);
    assertThat(apply(dry(1, 2, 1, -1), breakers, A, C, X, A, C)).containsExactly(0, 0, 0, -2, 0);
  }

  @Test
  void hugePenaltiesNeitherOverflowNorUndoABan() {
    int[] context = new int[300];
    Candidates candidates = new Candidates(2);
    candidates.load(new float[] {5, Float.NEGATIVE_INFINITY}, context, 300);
    new Dry(dry(1000, 10, 2, -1), SequenceBreakers.NONE, 2).apply(candidates);
    assertThat(candidates.logit(0)).isEqualTo(-Float.MAX_VALUE);
    assertThat(candidates.logit(1)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void randomContextsGiveTheResultsOfAPlainSearch() {
    Random random = new Random(7);
    Sampling.Dry[] ways = {dry(1, 2, 0, -1), dry(1, 2, 1, 12), dry(0.25f, 3, 2, -1)};
    Dry[] steps = new Dry[ways.length];
    int[][][] tails = {{{}}, {{0}, {1, 2}}};
    SequenceBreakers breakers =
        SequenceBreakers.of(Map.of(3, List.of(tails[0]), 2, List.of(tails[1])));
    for (int i = 0; i < steps.length; i++) {
      steps[i] = new Dry(ways[i], breakers, 5);
    }
    for (int round = 0; round < 600; round++) {
      int[] context = random.ints(random.nextInt(40), 0, 2 + round % 4).toArray();
      Candidates candidates = new Candidates(5);
      candidates.load(new float[5], context, context.length);
      int way = round % ways.length;
      steps[way].apply(candidates);
      assertThat(CandidatesFixture.logits(candidates))
          .as(Arrays.toString(context))
          .containsExactly(plain(ways[way], Map.of(3, tails[0], 2, tails[1]), context));
    }
  }

  private static float[] plain(Sampling.Dry how, Map<Integer, int[][]> breakers, int[] context) {
    float[] logits = new float[5];
    int window = how.window().tokens(context.length);
    int[] seen = Arrays.copyOfRange(context, Math.max(0, context.length - window), context.length);
    int limit = limit(breakers, seen);
    Map<Integer, Integer> longest = new HashMap<>();
    for (int end = 1; end < seen.length; end++) {
      int length = 0;
      while (length < end && seen[end - 1 - length] == seen[seen.length - 1 - length]) {
        length++;
      }
      longest.merge(seen[end], Math.min(length, limit), Math::max);
    }
    longest.forEach((id, length) -> {
      if (seen.length > how.allowedLength() && length >= how.allowedLength() && id != 3) {
        logits[id] -=
            (float) (how.multiplier() * Math.pow(how.base(), length - how.allowedLength()));
      }
    });
    return logits;
  }

  private static int limit(Map<Integer, int[][]> breakers, int[] seen) {
    for (int at = seen.length - 1; at >= 0; at--) {
      int longest = -1;
      for (int[] tail : breakers.getOrDefault(seen[at], new int[0][])) {
        int end = at + 1 + tail.length;
        if (end <= seen.length && Arrays.equals(tail, Arrays.copyOfRange(seen, at + 1, end))) {
          longest = Math.max(longest, tail.length);
        }
      }
      if (longest >= 0) {
        return seen.length - 1 - at - longest;
      }
    }
    return seen.length;
  }
}
