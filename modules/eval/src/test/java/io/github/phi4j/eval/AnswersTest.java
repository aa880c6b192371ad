package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {

  private static final List<String> PREFIXES = List.of("Answer", "উত্তর", "Réponse");
  private static final List<String> LETTERS = List.of("A", "B", "C", "D");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Answer: 18 | 18
          Answer: 5. Wait, that is wrong.\\nAnswer: 7 | 7
          **Answer:** $1,234.50 | 1234.5
          **Answer: 18** | 18
          So 3 + 4 = 7.\\nAnswer: 3 + 4 = 7 | 7
          Answer: 5 apples for 3 people | 5
          Answer: 70000 | 70000
          Answer: 70,000 dollars. | 70000
          The total is \\boxed{42}. | 42
          First \\boxed{1}, then \\boxed{2} | 2
          \\boxed{\\$1{,}200} | 1200
          Answer: \\(\\boxed{12}\\) | 12
          It costs 3 dollars and then 9 more | 9
          Answer: -4 | -4
          Answer: −4 | -4
          Answer: 0.50 | 0.5
          Answer: 1/2 | 0.5
          Answer: 25% | 25
          answer : 9 | 9
          The answer is 12 eggs. | 12
          The final answer is: 12. It is not 13. | 12
          উত্তর: ১৮ | 18
          Réponse : 1 200 | 1200
          Answer: 1e3 | 1
          Answer: .5 | 0.5
          """)
  void number(String text, String expected) {
    assertThat(Answers.number(text.replace("\\n", "\n"), PREFIXES, false)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "I do not know.", "Answer: none"})
  void noNumber(String text) {
    assertThat(Answers.number(text, PREFIXES, false)).isEmpty();
  }

  @Test
  void aReplyThatWasCutOffHasNoAnswerUnlessItIsMarked() {
    assertThat(Answers.number("We have 5 + 6", PREFIXES, true)).isEmpty();
    assertThat(Answers.number("Answer: 6", PREFIXES, true)).contains("6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Answer: B | B
          Answer: (c) | C
          Answer: **D** | D
          **Answer:** A | A
          Answer: B) the second | B
          Answer: A, because | A
          \\boxed{C} | C
          \\boxed{\\text{C}} | C
          Answer: $\\boxed{B}$ | B
          The correct answer is (B). | B
          The answer is B | B
          Answer: A.\\nNo, the second one.\\nAnswer: B | B
          C | C
          (D) | D
          D) Paris | D
          Option B | B
          """)
  void letter(String text, String expected) {
    assertThat(Answers.letter(text.replace("\\n", "\n"), PREFIXES, LETTERS)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A dog would do that.",
        "Answer: A dog",
        "Answer: blank",
        "Because",
        "Answer: E",
        "",
        "Answer: Don't know"
      })
  void noLetter(String text) {
    assertThat(Answers.letter(text, PREFIXES, LETTERS)).isEmpty();
  }

  @Test
  void boxesAreBalanced() {
    assertThat(Answers.boxed("\\boxed{\\frac{1}{2}} and more")).contains("\\frac{1}{2}");
    assertThat(Answers.boxed("\\boxed{\\frac{1}{2")).isEmpty();
    assertThat(Answers.boxed("\\boxed 7$")).contains("7");
    assertThat(Answers.boxed("\\boxed")).isEmpty();
    assertThat(Answers.boxed("no box")).isEmpty();
  }

  @Test
  void codeIsTheBlockWithTheNeededText() {
    String reply =
        "First:\n```\npip install x\n```\nThen:\n```python\ndef f(x):\n  return x\n```\nDone.";
    assertThat(Answers.code(reply, "def f(")).contains("def f(x):\n  return x\n");
    assertThat(Answers.code(reply, "def g(")).isEmpty();
    assertThat(Answers.code("def f(): pass", "def f(")).contains("def f(): pass");
    assertThat(Answers.code("```python\ndef f():\n  pass", "def f(")).contains("def f():\n  pass");
    assertThat(Answers.hasClosedBlock("```python\ndef f():\n  pass", "def f(")).isFalse();
    assertThat(Answers.hasClosedBlock("```python\ndef f():\n  pass\n```", "def f(")).isTrue();
  }
}
