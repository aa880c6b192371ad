package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.grammar.CodePoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The character sets of {@code \p}, from this JVM's version of Unicode. */
final class UnicodeProperties {

  private static final Map<String, Optional<CodePoints>> KNOWN = new ConcurrentHashMap<>();

  /** ECMA-262's long names of the most used general categories. */
  private static final Map<String, String> CATEGORIES =
      Map.of(
          "Letter", "L",
          "Uppercase_Letter", "Lu",
          "Lowercase_Letter", "Ll",
          "Number", "N",
          "Decimal_Number", "Nd",
          "Punctuation", "P",
          "Symbol", "S",
          "Separator", "Z",
          "Mark", "M",
          "Other", "C");

  private UnicodeProperties() {}

  /** Returns the characters of a general category or, as {@code Script=…}, of a script. */
  static Optional<CodePoints> named(String name) {
    return KNOWN.computeIfAbsent(name, UnicodeProperties::find);
  }

  private static Optional<CodePoints> find(String name) {
    String key = name.replaceFirst("^(General_Category|gc)=", "").replaceFirst("^sc=", "Script=");
    String known = CATEGORIES.getOrDefault(key, key);
    boolean script = known.startsWith("Script=");
    if (!script && !known.matches("[LMNPSZC][a-z]?")) {
      return Optional.empty();
    }
    try {
      Predicate<String> has =
          Pattern.compile("\\p{" + (script ? known : "gc=" + known) + "}").asMatchPredicate();
      return Optional.of(characters(c -> has.test(Character.toString(c))));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }

  private static CodePoints characters(IntPredicate has) {
    List<CodePoints.Range> ranges = new ArrayList<>();
    int from = -1;
    for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
      boolean in = c <= Character.MAX_CODE_POINT && has.test(c);
      if (in && from < 0) {
        from = c;
      } else if (!in && from >= 0) {
        ranges.add(new CodePoints.Range(from, c - 1));
        from = -1;
      }
    }
    return CodePoints.of(ranges);
  }
}
