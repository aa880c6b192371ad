package io.github.phi4j.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecontaminatorTest {

  private static final String LONG =
      "A train leaves the town at 9 in the morning and travels north at a speed of 60 miles per"
          + " hour for three hours before it stops";
  private static final String SHORT = "What is the capital of Burkina Faso?";
  private static final String BOILERPLATE =
      "Which of these is true? (A) I only (B) II only (C) III only (D) I and II only (E) none";

  private static Decontaminator.Builder benchmarks() {
    return Decontaminator.builder()
        .item("trains", LONG)
        .item("facts", SHORT)
        .item("logic", BOILERPLATE);
  }

  private static Contamination check(String text) {
    return benchmarks().build().check(text);
  }

  @Test
  void thirteenWordsInARowAreContamination() {
    Contamination found =
        check(
            "He wrote: at 9, in the MORNING and travels north... at a speed of 60-miles! Then he"
                + " slept.");
    assertThat(found.verdict()).isEqualTo(Contamination.Verdict.CONTAMINATED);
    assertThat(found.rule()).isEqualTo(Contamination.Rule.THIRTEEN_GRAM);
    assertThat(found.benchmark()).isEqualTo("trains");
    assertThat(found.item()).isZero();
    assertThat(found.evidence())
        .isEqualTo("at 9 in the morning and travels north at a speed of 60");
  }

  @Test
  void twelveWordsInARowAreNot() {
    String text = "at 9 in the morning and travels north at a speed of. " + "x ".repeat(80);
    Contamination found = benchmarks().thresholds(0.6, 0.2).build().check(text);
    assertThat(found.rule()).isEqualTo(Contamination.Rule.SEVEN_GRAM_RATIO);
    assertThat(found.verdict()).isEqualTo(Contamination.Verdict.PARTIAL);
    assertThat(found.ratio()).isEqualTo(6 / 21.0);
  }

  @Test
  void shortItemsAreFoundAsAWhole() {
    assertThat(check("I ask you: what is the capital of burkina faso").rule())
        .isEqualTo(Contamination.Rule.WHOLE_ITEM);
    assertThat(check("What is the capital of Benin?").verdict())
        .isEqualTo(Contamination.Verdict.CLEAN);
  }

  @Test
  void allowedWordsAreNotContamination() {
    String other =
        "Choose well: (A) I only (B) II only (C) III only (D) I and II only. " + "y ".repeat(60);
    assertThat(check(other).rule()).isEqualTo(Contamination.Rule.THIRTEEN_GRAM);
    Contamination allowed =
        benchmarks()
            .allow("(A) I only (B) II only (C) III only (D) I and II only")
            .build()
            .check(other);
    assertThat(allowed.rule()).isNotEqualTo(Contamination.Rule.THIRTEEN_GRAM);
  }

  @Test
  void numbersAreSplitAtTheirPoint() {
    Decontaminator one = Decontaminator.builder().item("n", "add 1.8 kg of flour").build();
    assertThat(one.check("Add 1 8 kg of flour").rule()).isEqualTo(Contamination.Rule.WHOLE_ITEM);
    assertThat(one.check("Add 18 kg of flour").rule()).isEqualTo(Contamination.Rule.NONE);
    assertThat(one.check("Add 1.8kg of flour").rule()).isEqualTo(Contamination.Rule.WHOLE_ITEM);
  }

  @Test
  void paraphrasesAndOtherTextAreClean() {
    assertThat(check("In the morning a train goes north for three hours, and then stops."))
        .isEqualTo(Contamination.CLEAN);
    assertThat(check("")).isEqualTo(Contamination.CLEAN);
  }

  @Test
  void everyPlantedItemIsFound() {
    Path samples = Path.of("src/test/resources/samples");
    Decontaminator.Builder builder = Decontaminator.builder();
    List<Map<String, Object>> items = Records.read(samples.resolve("gsm8k-20.jsonl"), List.of());
    items.forEach(item -> builder.item("gsm8k", (String) item.get("question")));
    Decontaminator decontaminator = builder.build();
    for (int i = 0; i < items.size(); i++) {
      String planted = "Lorem ipsum. " + items.get(i).get("question") + " Dolor sit amet.";
      Contamination found = decontaminator.check(planted.toUpperCase(java.util.Locale.ROOT));
      assertThat(found.verdict()).isEqualTo(Contamination.Verdict.CONTAMINATED);
      assertThat(found.item()).isEqualTo(i);
    }
    for (Map<String, Object> other : Records.read(samples.resolve("svamp-20.jsonl"), List.of())) {
      assertThat(decontaminator.check(other.get("Body") + " " + other.get("Question")).verdict())
          .isEqualTo(Contamination.Verdict.CLEAN);
    }
  }

  @Test
  void sharesAreChecked() {
    assertThatThrownBy(() -> Decontaminator.builder().thresholds(0.2, 0.5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
