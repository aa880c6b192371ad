package io.github.phi4j.internal.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rules of numbers between bounds, exact to the digit. Numbers without a bound on a side have at
 * most sixteen digits there, or one more than the bound on the other side.
 */
final class Numbers {

  /** A bound, itself allowed or not. */
  record Bound(BigDecimal value, boolean exclusive) {}

  private static final int DIGITS = 16;
  private static final String DIGIT = "[0-9]";

  private Numbers() {}

  /** Any number. */
  static String number() {
    return "\"-\"? (\"0\" | [1-9] [0-9]{0,15}) (\".\" [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?";
  }

  /** The integers between bounds, or empty if there are none. */
  static Optional<String> integers(Optional<Bound> low, Optional<Bound> high) {
    Optional<BigInteger> from =
        low.map(bound -> {
          BigInteger least = bound.value().setScale(0, RoundingMode.CEILING).toBigInteger();
          return bound.exclusive() && isInteger(bound) ? least.add(BigInteger.ONE) : least;
        });
    Optional<BigInteger> to =
        high.map(bound -> {
          BigInteger most = bound.value().setScale(0, RoundingMode.FLOOR).toBigInteger();
          return bound.exclusive() && isInteger(bound) ? most.subtract(BigInteger.ONE) : most;
        });
    BigInteger limit = limit(from.orElse(BigInteger.ZERO), to.orElse(BigInteger.ZERO));
    return integers(from.orElse(limit.negate()), to.orElse(limit));
  }

  private static boolean isInteger(Bound bound) {
    return bound.value().stripTrailingZeros().scale() <= 0;
  }

  private static BigInteger limit(BigInteger a, BigInteger b) {
    int digits = Math.max(a.abs().toString().length(), b.abs().toString().length());
    return BigInteger.TEN.pow(Math.max(DIGITS, digits + 1)).subtract(BigInteger.ONE);
  }

  private static Optional<String> integers(BigInteger from, BigInteger to) {
    if (from.compareTo(to) > 0) {
      return Optional.empty();
    }
    List<String> bodies = new ArrayList<>();
    if (from.signum() < 0) {
      BigInteger least = to.signum() < 0 ? to.negate() : BigInteger.ONE;
      bodies.add("\"-\" " + Gbnf.oneOf(natural(least, from.negate())));
    }
    if (to.signum() >= 0) {
      bodies.addAll(natural(from.max(BigInteger.ZERO), to));
    }
    return Optional.of(Gbnf.oneOf(bodies));
  }

  /** The numbers from one natural number to another, by their number of digits. */
  private static List<String> natural(BigInteger from, BigInteger to) {
    List<String> bodies = new ArrayList<>();
    String low = from.toString();
    String high = to.toString();
    if (low.length() == high.length()) {
      bodies.add(sameLength(low, high));
      return bodies;
    }
    bodies.add(sameLength(low, "9".repeat(low.length())));
    if (high.length() - low.length() > 1) {
      bodies.add("[1-9] " + Gbnf.times(DIGIT, low.length(), high.length() - 2));
    }
    bodies.add(sameLength("1" + "0".repeat(high.length() - 1), high));
    return bodies;
  }

  /** The strings of digits from one to another of the same length. */
  private static String sameLength(String low, String high) {
    if (low.isEmpty()) {
      return "\"\"";
    }
    int rest = low.length() - 1;
    if (low.chars().skip(1).allMatch(c -> c == '0')
        && high.chars().skip(1).allMatch(c -> c == '9')) {
      return digits(low.charAt(0), high.charAt(0)) + tail(rest);
    }
    char first = low.charAt(0);
    char last = high.charAt(0);
    if (first == last) {
      return Gbnf.literal(low.substring(0, 1))
          + " "
          + sameLength(low.substring(1), high.substring(1));
    }
    List<String> bodies = new ArrayList<>();
    char from = first;
    char to = last;
    if (!low.substring(1).equals("0".repeat(rest))) {
      bodies.add(
          Gbnf.literal(low.substring(0, 1)) + " " + sameLength(low.substring(1), "9".repeat(rest)));
      from++;
    }
    boolean cut = !high.substring(1).equals("9".repeat(rest));
    to -= (char) (cut ? 1 : 0);
    if (from <= to) {
      bodies.add(digits(from, to) + tail(rest));
    }
    if (cut) {
      bodies.add(
          Gbnf.literal(high.substring(0, 1))
              + " "
              + sameLength("0".repeat(rest), high.substring(1)));
    }
    return Gbnf.oneOf(bodies);
  }

  private static String tail(int rest) {
    return rest == 0 ? "" : " " + Gbnf.times(DIGIT, rest, rest);
  }

  private static String digits(char from, char to) {
    return from == to ? "\"" + from + "\"" : "[" + from + "-" + to + "]";
  }

  /** The numbers between bounds, without exponents, or empty if there are none. */
  static Optional<String> numbers(Optional<Bound> low, Optional<Bound> high) {
    if (low.isEmpty() && high.isEmpty()) {
      return Optional.of(number());
    }
    BigInteger limit =
        limit(
            low.map(bound -> bound.value().toBigInteger()).orElse(BigInteger.ZERO),
            high.map(bound -> bound.value().toBigInteger()).orElse(BigInteger.ZERO));
    Bound zero = new Bound(BigDecimal.ZERO, false);
    Bound from = low.orElse(new Bound(new BigDecimal(limit.negate()), false));
    Bound to = high.orElse(new Bound(new BigDecimal(limit), false));
    List<String> bodies = new ArrayList<>();
    if (from.value().signum() < 0) {
      // Below zero the bounds change sides; -0 is zero.
      Bound nearest =
          to.value().signum() > 0 ? zero : new Bound(to.value().negate(), to.exclusive());
      Bound farthest = new Bound(from.value().negate(), from.exclusive());
      positive(nearest, farthest).ifPresent(body -> bodies.add("\"-\" " + body));
    }
    if (to.value().signum() >= 0) {
      positive(from.value().signum() < 0 ? zero : from, to).ifPresent(bodies::add);
    }
    return bodies.isEmpty() ? Optional.empty() : Optional.of(Gbnf.oneOf(bodies));
  }

  private static Optional<String> positive(Bound low, Bound high) {
    int order = low.value().compareTo(high.value());
    if (order > 0 || (order == 0 && (low.exclusive() || high.exclusive()))) {
      return Optional.empty();
    }
    BigInteger from = low.value().toBigInteger();
    BigInteger to = high.value().toBigInteger();
    String above = fraction(low.value());
    String below = fraction(high.value());
    List<String> bodies = new ArrayList<>();
    if (from.equals(to)) {
      between(above, low.exclusive(), below, high.exclusive())
          .ifPresent(body -> bodies.add(whole(from) + " " + body));
    } else {
      bodies.add(whole(from) + " " + atLeast(above, low.exclusive(), true));
      integers(from.add(BigInteger.ONE), to.subtract(BigInteger.ONE))
          .ifPresent(whole -> bodies.add(whole + " (\".\" [0-9]{1,16})?"));
      if (!below.isEmpty() || !high.exclusive()) {
        bodies.add(whole(to) + " " + atMost(below, high.exclusive(), true));
      }
    }
    return bodies.isEmpty() ? Optional.empty() : Optional.of(Gbnf.oneOf(bodies));
  }

  private static String whole(BigInteger value) {
    return "\"" + value + "\"";
  }

  /** The digits behind the point, without zeros at their end. */
  private static String fraction(BigDecimal value) {
    BigDecimal stripped = value.remainder(BigDecimal.ONE).stripTrailingZeros();
    if (stripped.signum() == 0) {
      return "";
    }
    String digits = stripped.unscaledValue().abs().toString();
    return "0".repeat(stripped.scale() - digits.length()) + digits;
  }

  private static String any() {
    return "[0-9]{0,16}";
  }

  private static String first(boolean first, String body) {
    return first ? "\".\" " + body : body;
  }

  /** What may follow the whole part, or digits that are equal so far, to be at least a fraction. */
  private static String atLeast(String digits, boolean exclusive, boolean first) {
    if (digits.isEmpty()) {
      String more = exclusive ? "\"0\"{0,15} [1-9] " + any() : any();
      return first ? exclusive ? "\".\" " + more : "(\".\" [0-9]{1,16})?" : more;
    }
    char digit = digits.charAt(0);
    List<String> bodies = new ArrayList<>();
    if (digit < '9') {
      bodies.add(digits((char) (digit + 1), '9') + " " + any());
    }
    bodies.add("\"" + digit + "\" " + atLeast(digits.substring(1), exclusive, false));
    return first(first, Gbnf.oneOf(bodies));
  }

  /** What may follow to be at most a fraction. */
  private static String atMost(String digits, boolean exclusive, boolean first) {
    if (digits.isEmpty()) {
      return first ? "(\".\" \"0\"{1,16})?" : "\"0\"{0,16}"; // exclusive ones never get here
    }
    char digit = digits.charAt(0);
    List<String> bodies = new ArrayList<>();
    if (digit > '0') {
      bodies.add(digits('0', (char) (digit - 1)) + " " + any());
    }
    String rest = digits.substring(1);
    if (!rest.isEmpty() || !exclusive) {
      bodies.add("\"" + digit + "\" " + atMost(rest, exclusive, false));
    }
    if (bodies.isEmpty()) {
      return "\"\""; // only what ends here is less
    }
    return "(" + first(first, Gbnf.oneOf(bodies)) + ")?"; // shorter is less
  }

  private static Optional<String> between(
      String low, boolean lowExclusive, String high, boolean highExclusive) {
    return Optional.ofNullable(between(low, lowExclusive, high, highExclusive, true));
  }

  private static String between(
      String low, boolean lowExclusive, String high, boolean highExclusive, boolean first) {
    if (low.isEmpty() && high.isEmpty()) {
      return lowExclusive || highExclusive ? null : atMost("", false, first);
    }
    if (low.isEmpty() && !lowExclusive) {
      return atMost(high, highExclusive, first);
    }
    char from = low.isEmpty() ? '0' : low.charAt(0);
    char to = high.charAt(0); // the high one is greater or equal, so it has a digit here
    String lowRest = low.isEmpty() ? "" : low.substring(1);
    String highRest = high.substring(1);
    List<String> bodies = new ArrayList<>();
    if (from == to) {
      String rest = between(lowRest, lowExclusive, highRest, highExclusive, false);
      return rest == null ? null : first(first, "\"" + from + "\" " + rest);
    }
    bodies.add("\"" + from + "\" " + atLeast(lowRest, lowExclusive, false));
    if (to - from > 1) {
      bodies.add(digits((char) (from + 1), (char) (to - 1)) + " " + any());
    }
    if (!highRest.isEmpty() || !highExclusive) {
      bodies.add("\"" + to + "\" " + atMost(highRest, highExclusive, false));
    }
    return first(first, Gbnf.oneOf(bodies));
  }
}
