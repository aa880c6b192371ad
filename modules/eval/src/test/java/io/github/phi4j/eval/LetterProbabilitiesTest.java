package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LetterProbabilitiesTest {

  private static final List<String> LETTERS = List.of("A", "B", "C", "D");
  private static final int RUNS = 200;

  /** Questions that the tiny model can only guess; some replies are digits. */
  private record Guesses(List<Item> items) implements Task {
    @Override
    public String name() {
      return "guesses";
    }

    @Override
    public Prompt prompt(Item item) {
      return Prompt.chat(Message.user("Which is it?"));
    }

    @Override
    public GenerationOptions options(Item item) {
      return GenerationOptions.builder()
          .maxTokens(20)
          .grammar(Grammar.gbnf("root ::= \"Answer: \" [A-D0]"))
          .build();
    }

    @Override
    public List<String> letters(Item item) {
      return LETTERS;
    }

    @Override
    public Grade grade(Item item, Reply reply) {
      String answer = reply.text().substring(Math.min(8, reply.text().length()));
      if (!LETTERS.contains(answer)) {
        return Grade.none(reply, "no letter");
      }
      boolean right = answer.equals(item.id());
      double probability =
          reply.probabilities().isEmpty()
              ? (right ? 1 : 0)
              : reply.probabilities().get(LETTERS.indexOf(item.id()));
      Grade.Status status = right ? Grade.Status.RIGHT : Grade.Status.WRONG;
      return new Grade(probability, status, answer, "", Map.of());
    }
  }

  @Test
  void theMeanIsThatOfRightRepliesWithLessVariance() {
    Task task = new Guesses(LETTERS.stream().map(letter -> new Item(letter, Map.of())).toList());
    try (Generator model = Phi4.load(Path.of("../../models/phi4-tiny-Q8_0.gguf"))) {
      Evaluation evaluation =
          Evaluation.of(model, task).runs(RUNS).temperature(10).exact(EnumSet.of(Exact.LETTERS));
      EvalResult exact = evaluation.run();
      int unanswered = exact.statuses().get(Grade.Status.UNANSWERED);
      assertThat(unanswered).isBetween(4 * RUNS / 20, 4 * RUNS * 19 / 20);
      for (List<Sample> replies : exact.questions().values()) {
        double right = 0;
        double probability = 0;
        for (Sample sample : replies) {
          right += sample.grade().status() == Grade.Status.RIGHT ? 1 : 0;
          probability += sample.grade().score();
          List<Double> all = sample.reply().probabilities();
          assertThat(all).hasSize(sample.grade().extracted().isEmpty() ? 0 : 4);
          assertThat(all.stream().mapToDouble(p -> p).sum())
              .isCloseTo(all.isEmpty() ? 0 : 1, within(1e-9));
        }
        double share = right / RUNS;
        double error = Math.sqrt(Math.max(share, 0.01) * (1 - share) / RUNS);
        assertThat(probability / RUNS).isCloseTo(share, within(4 * error));
      }
      EvalResult plain = evaluation.exact(EnumSet.noneOf(Exact.class)).run();
      assertThat(plain.samples().getFirst().reply().probabilities()).isEmpty();
      assertThat(exact.score().runError()).isLessThan(0.8 * plain.score().runError());
    }
  }
}
