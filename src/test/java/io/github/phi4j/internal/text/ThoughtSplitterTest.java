package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThoughtSplitterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      quoteCharacter = '`',
      value = {
        "<think>a</think>b|a|b",
        " <think> a\\n</think>\\n\\nb |` a\\n`|b ",
        "<think>a</thinkb</think></think>c|a</thinkb|</think>c",
        "<think>a</|a</|``",
        "<think>a|a|``",
        "<thin|``|<thin",
        " b <think>|``| b <think>",
        "<think></think>b|``|b",
        "b</think>c|b|c",
        " b</thinkd </think>\\n c</think>| b</thinkd |c</think>",
        "</think>c|``|c",
        "b <think>c</think>d|``|b <think>c</think>d",
        "b</thin|``|b</thin",
      })
  void theResultDoesNotDependOnTheParts(String text, String thoughts, String answer) {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      StringBuilder thought = new StringBuilder();
      StringBuilder answered = new StringBuilder();
      ThoughtSplitter splitter = new ThoughtSplitter(thought::append, answered::append);
      for (String part : parts(line(text), random)) {
        splitter.append(part);
      }
      splitter.flush();
      assertThat(thought.toString()).isEqualTo(line(thoughts));
      assertThat(answered.toString()).isEqualTo(line(answer));
    }
  }

  @Test
  void textThatMayBeThoughtsIsHeldBackUntilItIsDecided() {
    StringBuilder thought = new StringBuilder();
    StringBuilder answered = new StringBuilder();
    ThoughtSplitter splitter = new ThoughtSplitter(thought::append, answered::append);
    splitter.append("Let me see. ");
    assertThat(splitter.undecided()).isTrue();
    assertThat(splitter.answering()).isFalse();
    splitter.answer();
    assertThat(answered.toString()).isEqualTo("Let me see. ");
    splitter.append("x</think>");
    splitter.flush();
    assertThat(answered.toString()).isEqualTo("Let me see. x</think>");
    assertThat(thought.toString()).isEmpty();
  }

  private static String line(String text) {
    return text.replace("\\n", "\n");
  }

  private static List<String> parts(String text, Random random) {
    List<String> parts = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + 1 + random.nextInt(5));
      parts.add(text.substring(from, to));
      from = to;
    }
    return parts;
  }
}
