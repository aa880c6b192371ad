package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Typical grammars, with matching and other texts. */
class GrammarExamplesTest {

  static String grammar(String name) {
    try (InputStream in = GrammarExamplesTest.class.getResourceAsStream("/grammars/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<Arguments> right() {
    return List.of(
        Arguments.of(
            "json.gbnf",
            List.of(
                "{}",
                "{\"a\":1}",
                "{ \"a\": [true, null, {\"b\\n\": \"\\u00e9 \\\" é 😀\"}], \"c\":-1.5e-7 } ",
                "{\n  \"x\": [\n    [[[]]]]}")),
        Arguments.of(
            "json-array.gbnf", List.of("[\n{\"a\":{\"b\":[1,-22,[]]}},\n{\"c\":\"é\"}\n]")),
        Arguments.of("arithmetic.gbnf", List.of("1 + 2*(x_1 - 3)= 7\n", "a=b\n((c))=d\n")),
        Arguments.of(
            "c.gbnf",
            List.of(
                """
                int main(int a, char b) {
                int x = -f(a, 3) * (b + 1);
                if (x < 2) {
                } else {
                g();
                }
                // a < b
                /* ** text **/
                return x;
                }
                """)),
        Arguments.of(
            "chess.gbnf", List.of("1. e4 e5\n2. Nf3 Nc6\n", "1. O-O-O+ exd8=Q#\n99. R1a3 O-O\n")),
        Arguments.of("list.gbnf", List.of("- a\n- größer als π 😀\n")),
        Arguments.of(
            "date.gbnf",
            List.of(
                "1999-12-31",
                "2024-02-29T23:59Z to 2024-03-01T00:00:00.125Z to 2025-01-01\nabc",
                "2000-01-01\n####")),
        Arguments.of(
            "unicode.gbnf",
            List.of("あい。", "ゟ。👍🏽😀", "ん。☃", "ん。αω", "ん。𝄞", "ん。≠é".replace("é", "ā"), "ん。🙏")),
        Arguments.of(
            "escapes.gbnf",
            List.of("tab\tquote\"back\\slashAé😀[-a,\n", "tab\tquote\"back\\slashAé😀\\a-+😀")),
        Arguments.of("comments.gbnf", List.of("xb", "xdyzy")));
  }

  static List<Arguments> wrong() {
    return List.of(
        Arguments.of(
            "json.gbnf", List.of("", "[]", "{\"a\":01}", "{\"a\":1,}", "{\"\u0001\":1}", "{} {}")),
        Arguments.of("json-array.gbnf", List.of("[]", "[\n{}\n]", "[\n{\"a\":1234567}\n]")),
        Arguments.of("arithmetic.gbnf", List.of("1+=2\n", "(1=2\n", "1=2")),
        Arguments.of("c.gbnf", List.of("int f() {\n/* * / \n}\n", "int f() {\nreturn x\n}\n")),
        Arguments.of("chess.gbnf", List.of("1. e4 e5\n", "1. e9 e5\n2. a1 a1\n")),
        Arguments.of("list.gbnf", List.of("- \n", "- a\u2028\n", "-a\n")),
        Arguments.of(
            "date.gbnf",
            List.of(
                "1899-01-01",
                "1999-13-01",
                "1999-1-01",
                "1999-01-01\n#####",
                "1999-01-01\n#",
                "1999-01-01\nab",
                "1999-01-01T10Z",
                "1999-01-01 to 1999-01-01 to 1999-01-01 to 1999-01-01")),
        Arguments.of("unicode.gbnf", List.of("。", "ア。", "ん。👍🏽🏽", "ん。é", "ん。≠à")),
        Arguments.of("escapes.gbnf", List.of("tab\tquote\"back\\slashAé😀[-a.\n")),
        Arguments.of("comments.gbnf", List.of("a", "xa", "x")));
  }

  @ParameterizedTest
  @MethodSource("right")
  void matchingTextsAndTheirPrefixesMatch(String name, List<String> texts) {
    CompiledGrammar grammar = CompiledGrammar.of(GbnfParser.parse(grammar(name)));
    NaiveMatcher naive = new NaiveMatcher(GbnfParser.parse(grammar(name)));
    for (String text : texts) {
      assertThat(grammar.matches(text)).as(text).isTrue();
      assertThat(naive.matches(text.getBytes(UTF_8))).as(text).isTrue();
      assertThat(IntStream.rangeClosed(0, text.length()))
          .filteredOn(end -> end == 0 || !Character.isHighSurrogate(text.charAt(end - 1)))
          .allMatch(end -> grammar.isPrefix(text.substring(0, end)));
    }
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void otherTextsDoNotMatch(String name, List<String> texts) {
    CompiledGrammar grammar = CompiledGrammar.of(GbnfParser.parse(grammar(name)));
    NaiveMatcher naive = new NaiveMatcher(GbnfParser.parse(grammar(name)));
    for (String text : texts) {
      assertThat(grammar.matches(text)).as(text).isFalse();
      assertThat(naive.matches(text.getBytes(UTF_8))).as(text).isFalse();
    }
  }
}
