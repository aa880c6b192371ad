package io.github.phi4j.internal.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.GrammarException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Unusable grammars are refused with the position and the reason. */
class WrongGrammarTest {

  static List<Arguments> faults() {
    return List.of(
        Arguments.of("", 0, 0, "no rule 'root'"),
        Arguments.of("rot ::= \"a\"", 0, 0, "no rule 'root'"),
        Arguments.of("root \"a\"", 1, 6, "expected '::=' after the name of a rule; found '\"'"),
        Arguments.of("root ::= \"a\"\n = b", 2, 2, "expected the name of a rule; found '='"),
        Arguments.of(
            "root ::= \"a\" )", 1, 14, "expected an item, '|' or the end of the rule's line"),
        Arguments.of("root ::= \"a\nb", 1, 10, "the literal that begins here is not closed"),
        Arguments.of("root ::= [a-", 1, 10, "the character class that begins here is not closed"),
        Arguments.of("root ::= (\"a\"\n", 1, 10, "the group that begins here is not closed"),
        Arguments.of("root ::= (\"a\" ]", 1, 15, "expected an item, '|' or ')'; found ']'"),
        Arguments.of("root ::= \"\\q\"", 1, 11, "unknown escape"),
        Arguments.of("root ::= \"\\x4\"", 1, 11, "needs 2 hexadecimal digits"),
        Arguments.of("root ::= \"é\\U00110000\"", 1, 12, "beyond the last character"),
        Arguments.of("root ::= \"\\uD83D\\uDE00\"", 1, 11, "U+D83D is half of a character"),
        Arguments.of("root ::= [z-a]", 1, 11, "U+007A to U+0061 ends before it begins"),
        Arguments.of("root ::= [\\uD800-\\uDFFF]", 1, 10, "holds no character"),
        Arguments.of("root ::= [^\\x00-\\U0010FFFF]", 1, 10, "holds no character"),
        Arguments.of("root ::= | * \"a\"", 1, 12, "nothing precedes '*'"),
        Arguments.of("root ::= \"a\"{,3}", 1, 14, "expected a number of repetitions; found ','"),
        Arguments.of("root ::= \"a\"{3,2}", 1, 13, "{3,2} ends before it begins"),
        Arguments.of(
            "root ::= \"a\"{3", 1, 15, "expected ',' or '}' of a repetition; found the end"),
        Arguments.of("root ::= \"a\"{1,99999999999999999999}", 1, 16, "may count to 1000000"),
        Arguments.of("root ::= \"a\"\n\n\tb ::= (\"x\"{999}){1,1002}", 3, 2, "too large"),
        Arguments.of("root ::= \"a\" | b1\n", 1, 16, "there is no rule 'b1'"),
        Arguments.of("root ::= root \"a\"", 1, 10, "can begin only with itself (root → root)"),
        Arguments.of(
            "root ::= \"x\" a\na ::= \"\" b | a \"y\"\nb ::= a \"z\"", 2, 10, "(a → b → a)"),
        Arguments.of("root ::= <[12", 1, 10, "not closed by '>'"),
        Arguments.of("root ::= <[x]>", 1, 10, "expected a token id such as <[1234]>; found <[x]>"),
        Arguments.of("root ::= ! \"a\"", 1, 11, "expected '<' of a token"),
        Arguments.of("root ::= <[5]>", 1, 10, "without a vocabulary"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void theFaultIsReportedWithItsPosition(String text, int line, int column, String reason) {
    GrammarException fault =
        catchThrowableOfType(
            GrammarException.class, () -> CompiledGrammar.of(GbnfParser.parse(text)));

    assertThat(fault).as(text).isNotNull();
    assertThat(fault.reason()).contains(reason);
    assertThat(List.of(fault.line(), fault.column()))
        .as(fault.getMessage())
        .containsExactly(line, column);
  }

  @Test
  void theLineIsShownWithACaretBelowThePosition() {
    assertThatThrownBy(() -> GbnfParser.parse("root ::= a\r\n\ta ::= \"é\" = \"b\"\nc ::= a"))
        .isInstanceOf(GrammarException.class)
        .hasMessage(
            "grammar, line 2, column 12: expected an item, '|' or the end of the rule's line; found"
                + " '='\n  \ta ::= \"é\" = \"b\"\n  \t          ^");
  }

  @Test
  void aLongLineIsShortenedAroundThePosition() {
    String line = "root ::= \"" + "a".repeat(5000) + "\" = " + "b".repeat(5000);

    assertThatThrownBy(() -> GbnfParser.parse(line))
        .message()
        .contains("column 5013")
        .hasSizeLessThan(400);
  }

  @Test
  void deepGroupsAreRefusedBeforeTheStackOverflows() {
    String deep = "(".repeat(100_000) + "\"a\"" + ")".repeat(100_000);

    assertThatThrownBy(() -> GbnfParser.parse("root ::= " + deep))
        .isInstanceOf(GrammarException.class)
        .hasMessageContaining("groups are nested more than 500 deep");
    String most = "(".repeat(500) + "\"a\"" + ")?".repeat(500);
    assertThat(CompiledGrammar.of(GbnfParser.parse("root ::= " + most)).matches("a")).isTrue();
  }

  /** Odd grammars that llama.cpp accepts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= [a-z]+ \"\\n\" root | ab",
        "root ::= \"a\" a\na ::= \"x\" a | b\nb ::= \"y\" a | axyxy",
        "root ::= \"x\"\nloop ::= \"y\" loop | x",
        "root ::= \"a\" [] \"b\" | ab",
        "root ::= \"a\" | [z-a] | a",
        "root ::= [z-ac] | c",
        "root ::= \"a\" | \"\\uD83D\" | a",
        "root ::= dead | \"a\"\ndead ::= \"b\" [\\uD800-\\uDFFF] | a",
        "root ::= ([z-a] \"q\")? \"a\" | a",
      })
  void whatCanBeGeneratedIsAccepted(String line) {
    int at = line.lastIndexOf(" | ");
    CompiledGrammar grammar = CompiledGrammar.of(GbnfParser.parse(line.substring(0, at)));

    assertThat(grammar.isPrefix(line.substring(at + 3))).isTrue();
    assertThat(grammar.isPrefix("b")).isEqualTo(line.contains("a-z"));
  }

  /** Left recursion: a grammar, a matching text, and another one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "root ::= root '+' [0-9] / [0-9] | 1+2+3 | 1+",
        "root ::= a 'x' / 'y' N a ::= root 'z' / 'w' | wxzxzx | wxzz",
        "root ::= e root 'a' / 'b' N e ::= '-'? | --baa | -b",
        "root ::= root root / 'a' | aaaa | b",
        "root ::= root / 'a' | a | aa",
        "root ::= root 'a' / '' | aaa | b",
        "root ::= 'x'? a N a ::= b* 'c' N b ::= a 'd' / 'e' | xecdecdc | xcd",
        "root ::= (root ',')? [a-z] | a,b,c | a,,b",
        "root ::= s N s ::= s s 't' / 'u' N t ::= s | uutut | ut",
      })
  void leftRecursionIsFollowed(String grammar, String text, String other) {
    String rules = grammar.replace(" / ", " | ").replace(" N ", "\n").replace('\'', '"');
    CompiledGrammar compiled = CompiledGrammar.of(GbnfParser.parse(rules));

    assertThat(compiled.matches(text)).as(text).isTrue();
    assertThat(compiled.matches(other)).as(other).isFalse();
  }

  /** A text with any number of parses continues and ends. */
  @Test
  void extremelyAmbiguousGrammarsStillGenerate() {
    CompiledGrammar grammar =
        CompiledGrammar.of(
            GbnfParser.parse("root ::= root root root | root root | \"a\" | \"(\" root \")\""));

    assertThat(grammar.matches("a".repeat(400))).isTrue();
    assertThat(grammar.matches("(".repeat(200) + "a" + ")".repeat(200))).isTrue();
  }

  @Test
  void chainsOfUnitRulesNeedNoStack() {
    StringBuilder text = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 10_000; i++) {
      text.append("r").append(i).append(" ::= r").append(i + 1).append('\n');
    }
    CompiledGrammar grammar = CompiledGrammar.of(GbnfParser.parse(text + "r10000 ::= \"x\"\n"));

    assertThat(grammar.matches("x")).isTrue();
  }

  @Test
  void longChainsOfRulesNeedNoStack() {
    StringBuilder text = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 4_000; i++) {
      text.append(String.format(Locale.ROOT, "r%d ::= \"(\"? r%d \")\"*\n", i, i + 1));
    }
    String end = "r4000 ::= \"x\"\n";
    CompiledGrammar grammar = CompiledGrammar.of(GbnfParser.parse(text + end));

    assertThat(grammar.matches("(((x))")).isTrue();
    assertThatThrownBy(() -> CompiledGrammar.of(GbnfParser.parse(text + "r4000 ::= root\n")))
        .hasMessageContaining("too large");
  }

  @Test
  void rulesThatMultiplyAreRefusedOrStaySmall() {
    StringBuilder nothing = new StringBuilder("root ::= r0 \"x\"\n");
    StringBuilder counted = new StringBuilder("root ::= \"x\"\n");
    for (int i = 0; i < 30; i++) {
      nothing.append(String.format(Locale.ROOT, "r%d ::= r%d r%d\n", i, i + 1, i + 1));
      counted.append(String.format(Locale.ROOT, "r%d ::= r%d{10}\n", i, i + 1));
    }
    counted.append("r30 ::= [a-z]*");
    assertThat(CompiledGrammar.of(GbnfParser.parse(nothing + "r30 ::= \"\"")).matches("x"))
        .isTrue();
    assertThat(CompiledGrammar.of(GbnfParser.parse(counted.toString())).matches("x")).isTrue();
    assertThatThrownBy(
            () -> CompiledGrammar.of(GbnfParser.parse("root ::= (((\"ab\"{900}){900}){900}){900}")))
        .hasMessageContaining("too large");
    assertThat(
            CompiledGrammar.of(
                    GbnfParser.parse("root ::= (((\"\"{900000}){900000}){0,900000}){900000}"))
                .matches(""))
        .isTrue();
  }
}
