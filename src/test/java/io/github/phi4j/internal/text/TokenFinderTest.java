package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TokenFinderTest {

  private static List<Object> split(Map<String, Integer> tokens, String text) {
    List<Object> parts = new ArrayList<>();
    new TokenFinder(tokens).split(text, parts::add, parts::add);
    return parts;
  }

  /** By a regular expression with the longest alternatives first. */
  private static List<Object> expected(Map<String, Integer> tokens, String text) {
    String alternatives =
        tokens.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (Matcher matcher = Pattern.compile(alternatives).matcher(text); matcher.find(); ) {
      if (from < matcher.start()) {
        parts.add(text.substring(from, matcher.start()));
      }
      parts.add(tokens.get(matcher.group()));
      from = matcher.end();
    }
    if (from < text.length()) {
      parts.add(text.substring(from));
    }
    return parts;
  }

  @Test
  void theLeftmostIsFoundAndThereTheLongest() {
    Map<String, Integer> tokens = Map.of("as", 1, "ass", 2, "classic", 3, "sa", 4);
    assertThat(split(tokens, "class sass assa classic"))
        .containsExactly("cl", 2, " ", 4, "ss ", 2, "a ", 3);
    assertThat(split(tokens, "")).isEmpty();
    assertThat(split(Map.of(), "class")).containsExactly("class");
    assertThat(split(Map.of("🚀", 7), "a🚀\ud83d🚀")).containsExactly("a", 7, "\ud83d", 7);
  }

  @Test
  void randomTextsAreCutAsByARegularExpression() {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      Map<String, Integer> tokens = new LinkedHashMap<>();
      for (int id = 0; id < 1 + random.nextInt(20); id++) {
        tokens.putIfAbsent(text(random, 1 + random.nextInt(5)), id);
      }
      String text = text(random, random.nextInt(60));
      assertThat(split(tokens, text))
          .as("%s in %s", tokens, text)
          .isEqualTo(expected(tokens, text));
    }
  }

  private static String text(Random random, int length) {
    return random
        .ints(length, 0, 4)
        .mapToObj(i -> "abc\u00e9".substring(i, i + 1))
        .collect(Collectors.joining());
  }

  @Test
  void manyTokensAreFoundToo() {
    Map<String, Integer> tokens = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    List<Object> parts = new ArrayList<>();
    for (int id = 0; id < 3000; id++) {
      tokens.put("<extra_" + id + ">", id);
      text.append("x<extra_").append(id).append('>');
      parts.add("x");
      parts.add(id);
    }
    assertThat(split(tokens, text.toString())).isEqualTo(parts);
  }
}
