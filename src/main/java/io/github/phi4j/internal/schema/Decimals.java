package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.CodePoints;
import io.github.phi4j.internal.grammar.Dfa;
import io.github.phi4j.internal.grammar.DfaBuilder;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.Nfa;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.function.IntPredicate;

/** Automata over decimal notations of numbers, exact to the last digit. */
final class Decimals {

  private static final String PLAIN_PATTERN = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?";
  private static final int MAX_DIVISOR = 20_000;
  private static final BigInteger MANY = BigInteger.valueOf(1000);

  /** Numbers without exponents. */
  static final Dfa PLAIN = pattern(PLAIN_PATTERN);

  /**
   * Numbers in every form; exponents have at most two digits, to stay within the range of doubles.
   */
  static final Dfa ANY = pattern(PLAIN_PATTERN + "([eE][-+]?[0-9]{1,2})?");

  /** Numbers in canonical form: one text per number. */
  static final Dfa CANONICAL = pattern("-?[1-9][0-9]*(\\.[0-9]*[1-9])?|-?0\\.[0-9]*[1-9]|0");

  /** Integers without a fraction; zero has no sign. */
  static final Dfa INTEGER = pattern("-?[1-9][0-9]*|0");

  /** The texts of {@link #PLAIN} with integer values. */
  static final Dfa INTEGER_VALUES = pattern("-?(0|[1-9][0-9]*)(\\.0+)?");

  /** The texts of {@link #PLAIN} with fractional values. */
  static final Dfa FRACTION_VALUES = pattern("-?(0|[1-9][0-9]*)\\.[0-9]*[1-9][0-9]*");

  private static final int LESS = 1;
  private static final int EQUAL = 2;
  private static final int GREATER = 3;

  private Decimals() {}

  private static Dfa pattern(String pattern) {
    return Patterns.whole(pattern, Effort.uncancelled());
  }

  /** Returns the numbers above a bound, which {@code exclusive} excludes. */
  static Dfa above(BigDecimal bound, boolean exclusive, Effort effort) {
    return compared(bound, order -> order == GREATER || (order == EQUAL && !exclusive), effort);
  }

  /** Returns the numbers below a bound, which {@code exclusive} excludes. */
  static Dfa below(BigDecimal bound, boolean exclusive, Effort effort) {
    return compared(bound, order -> order == LESS || (order == EQUAL && !exclusive), effort);
  }

  private static Dfa compared(BigDecimal bound, IntPredicate wanted, Effort effort) {
    return Dfa.product(
        effort,
        labels -> labels[0] > 0 && labels[1] > 0 && wanted.test(labels[1]) ? Dfa.ACCEPTED : 0,
        PLAIN,
        order(bound));
  }

  /** Returns all texts of the given numbers. */
  static Dfa values(Collection<BigDecimal> values, Effort effort) {
    Nfa nfa = new Nfa(effort);
    int zeros = nfa.reserve();
    nfa.define(zeros, nfa.characters(CodePoints.only('0'), zeros), Nfa.END);
    int point =
        nfa.split(
            nfa.characters(CodePoints.only('.'), nfa.characters(CodePoints.only('0'), zeros)),
            Nfa.END);
    int start = -1;
    for (BigDecimal value : values) {
      String text = value.toPlainString();
      int one = nfa.text(text, text.contains(".") ? zeros : point);
      start = start < 0 ? one : nfa.split(one, start);
      if (value.signum() == 0) {
        start = nfa.split(nfa.text("-0", point), start);
      }
    }
    return start < 0 ? Dfa.NONE : nfa.determinize(start, true);
  }

  /** Returns the multiples of a positive number. */
  static Dfa multiples(BigDecimal divisor, Effort effort) {
    BigDecimal stripped = divisor.stripTrailingZeros();
    int digits = Math.max(stripped.scale(), 0);
    BigInteger whole = stripped.scaleByPowerOfTen(digits).toBigIntegerExact();
    int zeros = 0;
    while (digits == 0 && whole.compareTo(MANY) > 0 && whole.mod(BigInteger.TEN).signum() == 0) {
      whole = whole.divide(BigInteger.TEN);
      zeros++;
    }
    if (whole.compareTo(zeros > 0 ? MANY : BigInteger.valueOf(MAX_DIVISOR)) > 0 || digits > 40) {
      throw new GrammarException("a divisor of more than four or five digits");
    }
    Dfa multiples = multiples(whole.intValueExact(), digits);
    if (zeros > 0) {
      Nfa nfa = new Nfa(effort);
      int fraction = nfa.texts(pattern("(\\.0*)?"), Nfa.END);
      int many =
          nfa.texts(
              multiples.and(pattern("-?[0-9]+"), effort), nfa.text("0".repeat(zeros), fraction));
      multiples = nfa.determinize(nfa.split(many, nfa.texts(pattern("-?0"), fraction)), true);
    }
    return PLAIN.and(multiples, effort);
  }

  /** States are the remainder of the digits so far and the number of digits behind the point. */
  private static Dfa multiples(int divisor, int digits) {
    DfaBuilder builder = new DfaBuilder();
    int start = divisor * (digits + 2);
    int[] last = new int[digits + 1]; // the weight of the remainder at the end
    long factor = 1 % divisor;
    for (int behind = digits; behind >= 0; behind--) {
      last[behind] = (int) factor;
      factor = factor * 10 % divisor;
    }
    // State 0 is the start; then the remainders before the point, then those behind it, by digits.
    builder.state(0).edge(0, '-', '-', 1 + start);
    for (int behind = -1; behind <= digits; behind++) {
      for (int r = 0; r < divisor; r++) {
        builder.state((long) r * last[Math.max(behind, 0)] % divisor == 0 ? Dfa.ACCEPTED : 0);
      }
    }
    builder.state(0);
    for (int digit = 0; digit < 10; digit++) {
      builder.edge(0, '0' + digit, '0' + digit, 1 + digit % divisor);
      builder.edge(1 + start, '0' + digit, '0' + digit, 1 + digit % divisor);
    }
    for (int behind = -1; behind <= digits; behind++) {
      for (int r = 0; r < divisor; r++) {
        int state = 1 + (behind + 1) * divisor + r;
        if (behind < 0) {
          builder.edge(state, '.', '.', 1 + divisor + r);
        }
        int next = behind < 0 ? 0 : Math.min(behind + 1, digits) + 1;
        for (int digit = 0; digit < (behind == digits ? 1 : 10); digit++) {
          int remainder = behind == digits ? r : (int) ((r * 10L + digit) % divisor);
          builder.edge(state, '0' + digit, '0' + digit, 1 + next * divisor + remainder);
        }
      }
    }
    return builder.build();
  }

  /** Labels numbers as less than, equal to or greater than a bound. */
  private static Dfa order(BigDecimal bound) {
    DfaBuilder builder = new DfaBuilder();
    builder.state(0);
    Order positive = bound.signum() >= 0 ? new Order(builder, bound, false) : null;
    Order negative = bound.signum() <= 0 ? new Order(builder, bound.negate(), true) : null;
    int less = rest(builder, LESS);
    int greater = rest(builder, GREATER);
    if (negative == null) {
      builder.edge(0, '-', '-', less);
    } else {
      builder.edge(0, '-', '-', negative.start);
      negative.connect(negative.start, greater, less);
    }
    if (positive == null) {
      builder.edge(0, '0', '9', greater);
    } else {
      positive.connect(0, less, greater);
    }
    return builder.build();
  }

  /** Adds a state in which the order is decided. */
  private static int rest(DfaBuilder builder, int label) {
    int state = builder.states();
    builder.state(label).edge(state, '.', '.', state).edge(state, '0', '9', state);
    return state;
  }

  /** States that compare an absolute value with a bound, digit by digit. */
  private static final class Order {
    final int start;
    private final DfaBuilder builder;
    private final String whole;
    private final String fraction;
    private final int integers; // less, equal and greater so far, per number of digits
    private final int fractions; // equal so far, per number of digits behind the point

    Order(DfaBuilder builder, BigDecimal bound, boolean negative) {
      this.builder = builder;
      String plain = bound.stripTrailingZeros().toPlainString();
      int point = plain.indexOf('.');
      whole = point < 0 ? plain : plain.substring(0, point);
      fraction = point < 0 ? "" : plain.substring(point + 1);
      int less = negative ? GREATER : LESS;
      int greater = negative ? LESS : GREATER;
      start = builder.states();
      builder.state(0);
      integers = builder.states();
      for (int digits = 1; digits <= whole.length(); digits++) {
        boolean same = digits == whole.length();
        builder.state(less);
        builder.state(same && fraction.isEmpty() ? EQUAL : less);
        builder.state(same ? greater : less);
      }
      fractions = builder.states();
      for (int digits = 0; digits <= fraction.length(); digits++) {
        builder.state(digits == fraction.length() ? EQUAL : less);
      }
    }

    /** Adds the edges of an absolute value that begins in the given state. */
    void connect(int start, int less, int greater) {
      digits(start, whole.charAt(0), integers, integers + 1, integers + 2);
      int length = whole.length();
      for (int i = 0; i < length; i++) {
        int state = integers + 3 * i;
        if (i + 1 < length) {
          int next = state + 3;
          builder.edge(state, '.', '.', less).edge(state, '0', '9', next);
          builder.edge(state + 1, '.', '.', less);
          digits(state + 1, whole.charAt(i + 1), next, next + 1, next + 2);
          builder.edge(state + 2, '.', '.', less).edge(state + 2, '0', '9', next + 2);
        } else {
          builder.edge(state, '.', '.', less).edge(state, '0', '9', greater);
          builder.edge(state + 1, '.', '.', fractions).edge(state + 1, '0', '9', greater);
          builder.edge(state + 2, '.', '.', greater).edge(state + 2, '0', '9', greater);
        }
      }
      for (int i = 0; i <= fraction.length(); i++) {
        boolean more = i < fraction.length();
        digits(
            fractions + i,
            more ? fraction.charAt(i) : '0',
            less,
            fractions + i + (more ? 1 : 0),
            greater);
      }
    }

    private void digits(int state, char digit, int less, int equal, int greater) {
      if (digit > '0') {
        builder.edge(state, '0', digit - 1, less);
      }
      builder.edge(state, digit, digit, equal);
      if (digit < '9') {
        builder.edge(state, digit + 1, '9', greater);
      }
    }
  }
}
