package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.testing.TinyModel;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a model guesses is what it would write. */
final class DraftModelTest {

  @Test
  void theMostProbableTokensAreGuessedWhateverWasGuessedBefore() {
    try (Generator model = Phi4.load(TinyModel.Q8_0.path());
        DraftModel draft = new DraftModel(model, model.tokenizer()).upTo(4)) {
      List<Message> messages = List.of(Message.user("What is 27 + 45?"));
      int[] prompt = model.tokenizer().encodeChat(messages);
      int[] written =
          model.generate(Prompt.chat(messages)).tokens().stream().mapToInt(i -> i).toArray();
      int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(written)).toArray();
      int[] guess = new int[4];

      assertThat(written.length).isGreaterThan(6);
      for (int at : new int[] {0, 1, 2, 0, written.length - 4}) {
        int length = prompt.length + at;
        assertThat(draft.level(text, length)).isNotNegative();
        assertThat(draft.propose(text, length, guess, 4)).isEqualTo(4);
        assertThat(guess).isEqualTo(Arrays.copyOfRange(written, at, at + 4));
      }
      assertThat(draft.nanosPerToken()).isPositive();
    }
  }
}
