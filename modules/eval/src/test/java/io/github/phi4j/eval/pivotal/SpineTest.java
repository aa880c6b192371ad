package io.github.phi4j.eval.pivotal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SpineTest {

  /**
   * A model with known success probabilities: twelve tokens, each a step up, down or none, most of
   * them nearly certain; an answer that ends above its start is right.
   */
  private static final class Walk implements Paths {
    private static final int LENGTH = 12;
    private static final int END = 3;
    private final AtomicLong generated = new AtomicLong();

    private static double[] probabilities(int position) {
      return switch (position) {
        case 3 -> new double[] {0.5, 0.3, 0.2};
        case 7 -> new double[] {0.35, 0.35, 0.3};
        case 9 -> new double[] {0.7, 0.25, 0.05};
        default -> new double[] {0.01, 0.01, 0.98};
      };
    }

    private static int height(int[] tokens) {
      int height = 0;
      for (int token : tokens) {
        height += token == 0 ? 1 : token == 1 ? -1 : 0;
      }
      return height;
    }

    /** Returns the probability of a right answer. */
    static double success(int[] tokens) {
      return success(tokens.length, height(tokens));
    }

    private static double success(int position, int height) {
      if (position == LENGTH) {
        return height > 0 ? 1 : 0;
      }
      double[] p = probabilities(position);
      return p[0] * success(position + 1, height + 1)
          + p[1] * success(position + 1, height - 1)
          + p[2] * success(position + 1, height);
    }

    @Override
    public boolean isEnd(int token) {
      return token == END;
    }

    @Override
    public String text(int token) {
      return List.of("+", "-", ".", "$").get(token);
    }

    @Override
    public List<Distribution> along(int[] tokens) {
      List<Distribution> list = new ArrayList<>();
      for (int i = 0; i <= tokens.length; i++) {
        list.add(
            i == LENGTH
                ? new Distribution(new int[] {END}, new double[] {1})
                : new Distribution(new int[] {0, 1, 2}, probabilities(i)));
      }
      return list;
    }

    @Override
    public List<Path> rollOut(int[] beginning, int count, long seed) {
      List<Path> paths = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        SplittableRandom random = Seeds.random(seed + i, "walk");
        int[] tokens = Arrays.copyOf(beginning, LENGTH);
        for (int at = beginning.length; at < LENGTH; at++) {
          double[] p = probabilities(at);
          double draw = random.nextDouble();
          tokens[at] = draw < p[0] ? 0 : draw < p[0] + p[1] ? 1 : 2;
          generated.incrementAndGet();
        }
        paths.add(new Path(Arrays.stream(tokens).boxed().toList(), height(tokens) > 0, true));
      }
      return paths;
    }

    @Override
    public boolean isRight(int[] tokens) {
      return height(tokens) > 0;
    }

    @Override
    public long generated() {
      return generated.get();
    }
  }

  private static final Item ITEM = new Item("walk", Map.of());

  private static SuccessCurve search(long seed) {
    Walk walk = new Walk();
    Paths.Path path = walk.rollOut(new int[0], 1, Seeds.of(seed, "path")).getFirst();
    SearchOptions options = new SearchOptions(0.2, 0.05, Long.MAX_VALUE, 8);
    return new Spine(walk, options, path, seed).search(ITEM, "", new int[0]);
  }

  private static int[] prefix(SuccessCurve curve, int length) {
    return curve.points().subList(0, length).stream().mapToInt(SuccessCurve.Point::token).toArray();
  }

  @Test
  void theCurveIsRightWithinItsError() {
    int inside = 0;
    int all = 0;
    for (int seed = 0; seed < 300; seed++) {
      SuccessCurve curve = search(seed);
      for (int i = 0; i < curve.points().size(); i++) {
        SuccessCurve.Point point = curve.points().get(i);
        double distance = Math.abs(point.after() - Walk.success(prefix(curve, i + 1)));
        inside += distance <= 2 * point.afterError() + curve.skipped() ? 1 : 0;
        all++;
      }
    }
    assertThat(inside / (double) all).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void pivotalTokensAreFoundAndFewOthers() {
    int large = 0;
    int foundLarge = 0;
    int found = 0;
    int falselyFound = 0;
    for (int seed = 0; seed < 300; seed++) {
      SuccessCurve curve = search(seed);
      for (int i = 0; i < curve.points().size(); i++) {
        double step = Math.abs(Walk.success(prefix(curve, i + 1)) - Walk.success(prefix(curve, i)));
        boolean pivotal = curve.points().get(i).status() == SuccessCurve.Status.PIVOTAL;
        large += step >= 0.32 ? 1 : 0;
        foundLarge += step >= 0.32 && pivotal ? 1 : 0;
        found += pivotal ? 1 : 0;
        falselyFound += pivotal && step < 0.2 ? 1 : 0;
      }
    }
    assertThat(large).isGreaterThan(100);
    assertThat(foundLarge / (double) large).isGreaterThan(0.85);
    assertThat(falselyFound / (double) found).isLessThanOrEqualTo(0.05);
  }

  @Test
  void theSameSeedGivesTheSameCurve() {
    assertThat(search(5)).isEqualTo(search(5));
  }

  @Test
  void bisectionFindsOnlyRealStepsAtFarHigherCost() {
    Walk walk = new Walk();
    SearchOptions options = new SearchOptions(0.2, 0.05, Long.MAX_VALUE, 8);
    long bisection = 0;
    long spine = 0;
    for (int seed = 0; seed < 20; seed++) {
      Paths.Path path = walk.rollOut(new int[0], 1, seed).getFirst();
      long start = walk.generated();
      SuccessCurve cut = new Bisection(walk, options, 400, path, seed).search(ITEM, "", new int[0]);
      bisection += walk.generated() - start;
      start = walk.generated();
      new Spine(walk, options, path, seed).search(ITEM, "", new int[0]);
      spine += walk.generated() - start;
      for (int i : cut.pivotal()) {
        double step = Walk.success(prefix(cut, i + 1)) - Walk.success(prefix(cut, i));
        assertThat(Math.abs(step)).isGreaterThan(0.1);
      }
    }
    assertThat(spine).isLessThan(bisection / 5);
  }

  @Test
  void theBudgetEndsTheSearch() {
    Walk walk = new Walk();
    Paths.Path path = walk.rollOut(new int[0], 1, 9).getFirst();
    SearchOptions none = new SearchOptions(0.2, 0.05, 0, 8);
    SuccessCurve curve = new Spine(walk, none, path, 3).search(ITEM, "", new int[0]);
    assertThat(curve.rollouts()).isLessThan(250);
  }
}
