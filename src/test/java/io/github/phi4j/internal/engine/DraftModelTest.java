package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.testing.TinyModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A draft is the greedy text of its model. */
final class DraftModelTest {

  @Test
  void theMostProbableTokensAreDraftedWhateverWasDraftedBefore() {
    try (Generator model = Phi4.load(TinyModel.Q8_0.path());
        DraftModel draft =
            new DraftModel(model, model.tokenizer(), 1024, () -> false, System::nanoTime).upTo(4)) {
      List<Message> messages = List.of(Message.user("What is 27 + 45?"));
      int[] prompt = model.tokenizer().encode(Prompt.chat(messages));
      int[] written = model.generate(Prompt.chat(messages)).tokens();
      int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(written)).toArray();
      int[] out = new int[4];

      assertThat(written.length).isGreaterThan(6);
      for (int at : new int[] {0, 1, 2, 0, written.length - 4}) {
        int length = prompt.length + at;
        assertThat(draft.level(text, length)).isNotNegative();
        assertThat(draft.propose(text, length, out, 4)).isEqualTo(4);
        assertThat(out).isEqualTo(Arrays.copyOfRange(written, at, at + 4));
      }
      assertThat(draft.nanosPerToken()).isPositive();
    }
  }

  @Test
  void aCancelledCallCancelsItsDraftModel() {
    AtomicInteger asked = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    try (Generator model = Phi4.load(TinyModel.Q8_0.path());
        DraftModel draft =
            new DraftModel(
                    model,
                    model.tokenizer(),
                    1024,
                    () -> !over.get() && asked.incrementAndGet() > 1,
                    System::nanoTime)
                .upTo(2)) {
      int[] text = new Random(3).ints(600, 0, 4000).toArray();
      int[] other = text.clone();
      other[300] = text[300] + 1;
      int[] out = new int[2];

      assertThatThrownBy(() -> draft.propose(text, text.length, out, 2))
          .isInstanceOf(CancellationException.class);
      over.set(true);

      // The context at the cancellation is known exactly.
      for (int[] next : new int[][] {other, text}) {
        assertThat(draft.propose(next, next.length, out, 1)).isEqualTo(1);
        try (Session session = model.newSession()) {
          session.feed(next);
          float[] logits = session.logits();
          for (float logit : logits) {
            assertThat(logit).isLessThanOrEqualTo(logits[out[0]]);
          }
        }
      }
    }
  }

  @Test
  void aDraftModelThatOthersKeepBusyDraftsNothing() {
    LoadOptions one = LoadOptions.builder().maxSequences(1).maxWaiting(0).build();
    try (Generator model = Phi4.load(TinyModel.Q8_0.path(), one);
        DraftModel draft =
            new DraftModel(model, model.tokenizer(), 1024, () -> false, System::nanoTime).upTo(2)) {
      List<Integer> drafted = new ArrayList<>();
      model.generate(
          Prompt.tokens(1, 2, 3),
          GenerationOptions.builder().maxTokens(5).ignoreModelStop(true).build(),
          text -> drafted.add(draft.propose(new int[] {4, 5}, 2, new int[2], 2)));

      assertThat(drafted).isNotEmpty().containsOnly(0);
      assertThat(draft.propose(new int[] {4, 5}, 2, new int[2], 2)).isEqualTo(2);
    }
  }
}
