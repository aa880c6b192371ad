package io.github.phi4j.eval.pivotal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.eval.Batch;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Seeds;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.TaskDefinition;
import io.github.phi4j.eval.TaskOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Success curves compared with brute force, 200 continuations per token: {@code
 * -Dphi4j.bruteforce=N} for N of the sums. All 20 take millions of tokens.
 */
@EnabledIfSystemProperty(named = "phi4j.bruteforce", matches = "\\d+")
class BruteForceTest {

  private static final int SAMPLES = 200;
  private static final double GAP = 0.2;

  /** The sums with success rates nearest to one half, by 16 replies each. */
  private static final List<Integer> SUMS =
      List.of(
          112, 95, 137, 50, 211, 275, 282, 85, 220, 277, 64, 79, 107, 138, 6, 133, 147, 191, 196,
          236);

  private final Generator model = Phi4.load(Path.of("../../models/phi4-tiny-Q8_0.gguf"));
  private final Task sums = TaskDefinition.of("sums").load(TaskOptions.builder().build());

  @Test
  void curvesAgreeWithinTheirErrors() {
    int positions = 0;
    int inside = 0;
    try (model) {
      for (int number : SUMS.subList(0, Integer.getInteger("phi4j.bruteforce"))) {
        Item item = sums.items().get(number);
        SuccessCurve curve = PivotalSearch.of(model, sums).seed(1).search(item);
        double[] brute = bruteForce(item, curve);
        boolean[] agrees = new boolean[brute.length];
        agrees[0] = agrees(curve.start(), curve.startError(), curve.skipped(), brute[0]);
        for (int i = 1; i < brute.length; i++) {
          SuccessCurve.Point point = curve.points().get(i - 1);
          agrees[i] = agrees(point.after(), point.afterError(), curve.skipped(), brute[i]);
        }
        int agreeing = (int) IntStream.range(0, brute.length).filter(i -> agrees[i]).count();
        positions += brute.length;
        inside += agreeing;
        System.out.printf(
            "item %d, %s: %d of %d agree; pivotal %s, by brute force %s; so far %d of %d%n",
            number,
            curve.prompt(),
            agreeing,
            brute.length,
            steps(curve),
            steps(brute),
            inside,
            positions);
      }
    }
    assertThat(inside / (double) positions).isGreaterThanOrEqualTo(0.95);
  }

  /**
   * Returns whether two estimates agree within two standard errors and the curve's skipped share.
   */
  private static boolean agrees(double curve, double error, double skipped, double brute) {
    double p = (brute * SAMPLES + 0.5) / (SAMPLES + 1);
    double both = Math.sqrt(error * error + p * (1 - p) / SAMPLES);
    return Math.abs(curve - brute) <= 2 * both + skipped;
  }

  private double[] bruteForce(Item item, SuccessCurve curve) {
    int[] tokens = curve.points().stream().mapToInt(SuccessCurve.Point::token).toArray();
    GeneratorPaths paths = new GeneratorPaths(model, sums, item, 0.5f, 1);
    double[] success = new double[tokens.length + 1];
    List<Integer> lengths = IntStream.range(0, success.length).boxed().toList();
    Batch.run(
        lengths,
        _ -> SAMPLES,
        2 * SAMPLES,
        length ->
            success[length] =
                paths
                        .rollOut(
                            Arrays.copyOf(tokens, length),
                            SAMPLES,
                            Seeds.of(17, "brute force after " + length))
                        .stream()
                        .filter(Paths.Path::right)
                        .count()
                    / (double) SAMPLES);
    return success;
  }

  private static List<String> steps(SuccessCurve curve) {
    return curve.pivotal().stream()
        .map(i ->
            "%d: %.3f -> %.3f"
                .formatted(i, curve.points().get(i).before(), curve.points().get(i).after()))
        .toList();
  }

  private static List<String> steps(double... success) {
    return IntStream.range(1, success.length)
        .filter(i -> Math.abs(success[i] - success[i - 1]) >= GAP)
        .mapToObj(i -> "%d: %.3f -> %.3f".formatted(i - 1, success[i - 1], success[i]))
        .toList();
  }
}
