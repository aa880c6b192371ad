package io.github.phi4j.eval.pivotal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.eval.Grade;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Reply;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.TaskDefinition;
import io.github.phi4j.eval.TaskOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PivotalSearchTest {

  private static Generator model;
  private static Task sums;

  @BeforeAll
  static void load() {
    model = Phi4.load(Path.of("../../models/phi4-tiny-Q8_0.gguf"));
    sums = TaskDefinition.of("sums").load(TaskOptions.builder().build());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** The deciding digits, found by 200 continuations per token, and the tokens that took. */
  @ParameterizedTest
  @CsvSource({"282, 24, 510", "112, 17, 690", "275, 17, 841"})
  void theKnownDigitIsFoundInEveryRepeatAndNoOther(int item, int digit, int tokens) {
    long generated = 0;
    for (int seed = 0; seed < 12; seed++) {
      SuccessCurve curve = PivotalSearch.of(model, sums).seed(seed).search(sums.items().get(item));
      assertThat(curve.pivotal()).as("seed " + seed).containsExactly(digit);
      generated += curve.generated();
    }
    assertThat(generated / 12).isLessThanOrEqualTo(tokens);
  }

  @Test
  void difficultyIsEmptyOutsideItsRange() {
    PivotalSearch search = PivotalSearch.of(model, sums);
    assertThat(search.difficulty(sums.items().get(0))).isEmpty();
    assertThat(search.difficulty(sums.items().get(112)).orElseThrow()).isBetween(0.3, 0.7);
  }

  @Test
  void theBudgetIsExceededByAtMostOneBatch() {
    List<Item> items = List.of(sums.items().get(50), sums.items().get(282), sums.items().get(112));
    long unlimited = generated(PivotalSearch.of(model, sums), items);
    for (PivotalSearch.Method method : PivotalSearch.Method.values()) {
      for (long budget : new long[] {1, 100, 300, 900}) {
        PivotalSearch search = PivotalSearch.of(model, sums).method(method, 40).budget(budget);
        List<SuccessCurve> curves = search.run(items);
        long maxOfBatch = 40L * 60;
        assertThat(search.generated()).isBetween(budget, budget + 60 + maxOfBatch);
        assertThat(search.isSpent()).isTrue();
        assertThat(curves).hasSizeBetween(1, 3);
        assertThat(curves.stream().mapToLong(SuccessCurve::generated).sum())
            .isEqualTo(search.generated());
      }
    }
    PivotalSearch enough = PivotalSearch.of(model, sums).budget(unlimited + 1);
    assertThat(enough.run(items)).isEqualTo(PivotalSearch.of(model, sums).run(items));
    SuccessCurve cut = PivotalSearch.of(model, sums).budget(60).search(items.get(1));
    assertThat(cut.pivotal()).isEmpty();
    assertThat(cut.points().get(24).status()).isEqualTo(SuccessCurve.Status.UNDECIDED);
  }

  /** The sums, with the first word of the answer as a half-written message. */
  private record Begun(Task task) implements Task {
    @Override
    public String name() {
      return "begun";
    }

    @Override
    public List<Item> items() {
      return task.items();
    }

    @Override
    public Prompt prompt(Item item) {
      Message question = ((Prompt.Chat) task.prompt(item)).messages().getFirst();
      return Prompt.continuing(question, Message.assistant("Ones"));
    }

    @Override
    public GenerationOptions options(Item item) {
      return task.options(item);
    }

    @Override
    public Grade grade(Item item, Reply reply) {
      return task.grade(item, reply);
    }
  }

  @Test
  void aHalfWrittenMessageIsContinued() {
    Task begun = new Begun(sums);
    SuccessCurve curve = PivotalSearch.of(model, begun).search(sums.items().get(112));
    assertThat(curve.points().getFirst().text()).isEqualTo(":");
    assertThat(model.tokenizer().text(last(curve.promptTokens()))).isEqualTo("Ones");
    int pivotal = curve.pivotal().getFirst();
    assertThat(curve.pivotal()).hasSize(1);
    Map<String, Object> pair =
        new PreferencePairs(model.tokenizer(), begun, PreferencePairs.Format.MESSAGES)
            .of(curve)
            .getFirst();
    List<?> turns = (List<?>) pair.get("prompt");
    assertThat(turns).hasSize(2);
    assertThat((String) ((Map<?, ?>) turns.getLast()).get("content"))
        .startsWith("Ones: ")
        .endsWith("Tens: ");
    assertThat(curve.points().get(pivotal).text()).isIn("3", "6");
  }

  private static int last(int[] ids) {
    return ids[ids.length - 1];
  }

  private static long generated(PivotalSearch search, List<Item> items) {
    search.run(items);
    return search.generated();
  }

  @Test
  void aSearchResumesInItsFolderAndRefusesOtherSettings(@TempDir Path folder) throws IOException {
    List<Item> items = List.of(sums.items().get(112), sums.items().get(282));
    List<SuccessCurve> curves = PivotalSearch.of(model, sums).folder(folder).run(items);
    String whole = Files.readString(folder.resolve("curves.jsonl"));
    // As after a kill in the middle of the second line.
    Files.writeString(folder.resolve("curves.jsonl"), whole.substring(0, whole.indexOf('\n') + 30));
    PivotalSearch again = PivotalSearch.of(model, sums).folder(folder);
    assertThat(again.run(items).toString()).isEqualTo(curves.toString());
    assertThat(folder.resolve("curves.jsonl")).content().isEqualTo(whole);
    assertThat(again.generated())
        .isEqualTo(curves.stream().mapToLong(SuccessCurve::generated).sum());
    assertThatThrownBy(
            () -> PivotalSearch.of(model, sums).gap(0.3).seed(2).folder(folder).run(items))
        .hasMessageContaining("gap (there 0.2, here 0.3)")
        .hasMessageContaining("seed (there 0, here 2)");
    assertThatThrownBy(() -> PivotalSearch.of(model, sums).folder(folder).run(items.subList(0, 1)))
        .hasMessageContaining("items");
  }

  @Test
  void pairsEncodeToTheirTokens() {
    SuccessCurve curve = PivotalSearch.of(model, sums).seed(1).search(sums.items().get(112));
    PreferencePairs ids = new PreferencePairs(model.tokenizer(), sums, PreferencePairs.Format.IDS);
    PreferencePairs trl = new PreferencePairs(model.tokenizer(), sums, PreferencePairs.Format.TRL);
    PreferencePairs messages =
        new PreferencePairs(model.tokenizer(), sums, PreferencePairs.Format.MESSAGES);
    Map<String, Object> pair = ids.of(curve).getFirst();
    int chosen = (int) ((List<?>) pair.get("chosen_ids")).getFirst();
    int rejected = (int) ((List<?>) pair.get("rejected_ids")).getFirst();
    assertThat(model.tokenizer().text(chosen)).isEqualTo("3");
    assertThat(model.tokenizer().text(rejected)).isEqualTo("6");
    assertThat(((Number) pair.get("p_chosen")).doubleValue())
        .isGreaterThan(((Number) pair.get("p_rejected")).doubleValue() + 0.2);
    List<?> prompt = (List<?>) pair.get("prompt_ids");
    assertThat(prompt.subList(0, curve.promptTokens().length))
        .isEqualTo(Arrays.stream(curve.promptTokens()).boxed().toList());
    Map<String, Object> text = trl.of(curve).getFirst();
    String start = (String) text.get("prompt");
    assertThat(start).startsWith("<|im_start|>user<|im_sep|>What is 36 + 936?<|im_end|>");
    assertThat(text).containsEntry("chosen", "3").containsEntry("rejected", "6");
    assertThat(trl.dropped()).isZero();
    List<?> turns = (List<?>) messages.of(curve).getFirst().get("prompt");
    assertThat(((Map<?, ?>) turns.getLast()).get("role")).isEqualTo("assistant");
  }
}
