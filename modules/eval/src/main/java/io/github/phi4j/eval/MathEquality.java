package io.github.phi4j.eval;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides whether two mathematical answers are equal: the same text except for LaTeX notation,
 * numbers of equal value, lists of equal elements, or formulas with equal values at all sampled
 * points. Answers that cannot be parsed are compared as text.
 */
public final class MathEquality {

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d{1,3})?");
  private static final Pattern FRACTION = Pattern.compile("([-+]?\\d+)/(\\d+)");
  private static final int TRIALS = 4;

  private MathEquality() {}

  /**
   * A fraction in its lowest terms.
   *
   * @param numerator the numerator
   * @param denominator the denominator, above 0
   */
  public record Rational(BigInteger numerator, BigInteger denominator) {

    /** Creates a fraction and reduces it. */
    public Rational {
      BigInteger divisor = numerator.gcd(denominator);
      numerator = numerator.divide(divisor);
      denominator = denominator.divide(divisor);
    }

    /** Returns the number as a decimal if that is exact, otherwise as a fraction. */
    @Override
    public String toString() {
      if (denominator.equals(BigInteger.ONE)) {
        return numerator.toString();
      }
      try {
        return new BigDecimal(numerator).divide(new BigDecimal(denominator)).toPlainString();
      } catch (ArithmeticException e) {
        return numerator + "/" + denominator;
      }
    }
  }

  /**
   * Reads a number.
   *
   * @param text an integer, a decimal or a fraction of integers
   * @return its value; empty if it is not a number
   */
  public static Optional<Rational> rational(String text) {
    if (NUMBER.matcher(text).matches()) {
      BigDecimal value = new BigDecimal(text);
      return Optional.of(
          value.scale() > 0
              ? new Rational(value.unscaledValue(), BigInteger.TEN.pow(value.scale()))
              : new Rational(value.toBigIntegerExact(), BigInteger.ONE));
    }
    java.util.regex.Matcher fraction = FRACTION.matcher(text);
    if (fraction.matches() && !new BigInteger(fraction.group(2)).equals(BigInteger.ZERO)) {
      return Optional.of(
          new Rational(new BigInteger(fraction.group(1)), new BigInteger(fraction.group(2))));
    }
    return Optional.empty();
  }

  /**
   * Compares two answers.
   *
   * @param left an answer
   * @param right another one
   * @return whether they are equal
   */
  public static boolean equal(String left, String right) {
    return equalPlain(plain(left), plain(right));
  }

  private static boolean equalPlain(String left, String right) {
    if (left.equals(right)) {
      return true;
    }
    if (left.isEmpty() || right.isEmpty()) {
      return false;
    }
    Optional<Rational> a = rational(left);
    Optional<Rational> b = rational(right);
    if (a.isPresent() && b.isPresent()) {
      return a.equals(b);
    }
    List<String> leftParts = parts(left);
    List<String> rightParts = parts(right);
    if (leftParts.size() > 1 || rightParts.size() > 1) {
      return bracket(left) == bracket(right)
          && (bracket(left) == 's'
              ? equalSets(leftParts, rightParts)
              : equalLists(leftParts, rightParts));
    }
    int equation = left.indexOf('=');
    if (equation > 0 && right.indexOf('=') < 0) {
      return equalPlain(left.substring(equation + 1), right);
    }
    if (right.indexOf('=') > 0 && equation < 0) {
      return equalPlain(left, right.substring(right.indexOf('=') + 1));
    }
    return sameValues(left, right);
  }

  private static boolean equalLists(List<String> left, List<String> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equalPlain(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalSets(List<String> left, List<String> right) {
    List<String> rest = new ArrayList<>(right);
    for (String part : left) {
      int found = -1;
      for (int i = 0; i < rest.size() && found < 0; i++) {
        found = equalPlain(part, rest.get(i)) ? i : -1;
      }
      if (found < 0) {
        return false;
      }
      rest.remove(found);
    }
    return rest.isEmpty();
  }

  /** Returns the kind of a list: the bracket of an interval or a point, or s for a set. */
  private static char bracket(String text) {
    char first = text.charAt(0);
    char last = text.charAt(text.length() - 1);
    if (first == '(' && last == ')') {
      return '(';
    }
    if (first == '[' || (first == '(' && last == ']')) {
      return first == '[' ? (last == ']' ? '[' : 'h') : 'k';
    }
    return 's';
  }

  /** Splits at commas outside brackets; thousands separators are removed already. */
  private static List<String> parts(String text) {
    String inner = text;
    if (text.length() > 1
        && "([{".indexOf(text.charAt(0)) >= 0
        && ")]}".indexOf(text.charAt(text.length() - 1)) >= 0) {
      inner = text.substring(1, text.length() - 1);
    }
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(inner.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(inner.substring(start));
    return parts;
  }

  private static boolean sameValues(String left, String right) {
    Optional<Formula> a = Formula.parse(left);
    Optional<Formula> b = Formula.parse(right);
    if (a.isEmpty() || b.isEmpty()) {
      return false;
    }
    int compared = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      double x = a.get().value(trial);
      double y = b.get().value(trial);
      if (Double.isNaN(x) && Double.isNaN(y)) {
        continue;
      }
      if (!(Math.abs(x - y) <= 1e-9 * Math.max(1, Math.max(Math.abs(x), Math.abs(y))))) {
        return false;
      }
      compared++;
    }
    return compared > 0;
  }

  /** Returns an answer without irrelevant parts. */
  static String plain(String answer) {
    String text = answer.strip().replaceAll("[.。]$", "");
    text = text.replaceAll("^\\\\[(\\[]|\\\\[)\\]]$", "").replace("$", "").replace("\\$", "");
    text =
        text.replaceAll(
            "\\\\(left|right|displaystyle|big|Big|bigl|bigr|,|;|!|:|quad)(?![a-zA-Z])", "");
    text = text.replaceAll("\\\\[dtc]frac", "\\\\frac");
    text = text.replaceAll("\\^\\{?\\\\circ\\}?|°|\\\\degree", "").replaceAll("\\\\?%", "");
    text =
        text.replaceAll(
            "\\\\(?:text|mbox|textbf|mathrm|mathbf|textit)\\{\\s*([^{}]*?)\\s*\\}", " $1 ");
    text =
        text.replaceAll(
            "(?<=\\d)\\s*(?:square |cubic"
                + " )?(?:units?|degrees?|dollars|cents|inch(?:es)?|feet|cm|mm|km|kg"
                + "|meters?|miles?|hours?|minutes?|seconds?|days?|years?|people|ways)\\b\\s*(?:\\^\\{?\\d\\}?)?",
            "");
    text = text.replace("−", "-").replace("–", "-").replace("\\cdot", "*").replace("\\times", "*");
    text =
        text.replace("×", "*")
            .replace("\\div", "/")
            .replaceAll("\\\\pi(?![a-zA-Z])", "π")
            .replace("√", "\\sqrt");
    text = text.replace("\\{", "{").replace("\\}", "}").replace("\\infty", "∞");
    text = text.replaceAll("(?<=\\d)(?:\\{,\\}|,)(?=\\d{3}(?!\\d))(?![^(\\[{]*[)\\]}])", "");
    text = text.replaceAll("\\s*\\b(?:or|and)\\b\\s*", ",");
    text = text.replaceAll("^[a-zA-Z]\\s*(?:=|\\\\in(?![a-z]))\\s*", "");
    text = text.replaceAll("\\s+", "");
    text =
        text.replaceAll("\\\\frac(\\d)(\\d)", "\\\\frac{$1}{$2}")
            .replaceAll("\\\\sqrt(\\d+)", "\\\\sqrt{$1}");
    return text.replaceAll("^\\+", "").toLowerCase(java.util.Locale.ROOT);
  }
}
