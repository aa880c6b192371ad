package io.github.phi4j.eval;

import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** A formula in simple LaTeX or plain text, which can be evaluated for values of its variables. */
final class Formula {

  /** A part of a formula, evaluated for a trial, which determines the variables' values. */
  private interface Node {
    double value(int trial);
  }

  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static final int MAX_LENGTH = 400;
  private static final int MAX_DEPTH = 60;
  private static final Map<String, DoubleUnaryOperator> FUNCTIONS =
      Map.of(
          "sin",
          Math::sin,
          "cos",
          Math::cos,
          "tan",
          Math::tan,
          "ln",
          Math::log,
          "log",
          Math::log10,
          "exp",
          Math::exp,
          "arctan",
          Math::atan);

  private final String text;
  private int position;
  private int depth;
  private Node root;

  private Formula(String text) {
    this.text = text;
  }

  static Optional<Formula> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Formula formula = new Formula(text);
    try {
      formula.root = formula.sum();
      return formula.position == text.length() ? Optional.of(formula) : Optional.empty();
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  double value(int trial) {
    return root.value(trial);
  }

  private static Node binary(Node left, Node right, DoubleBinaryOperator operator) {
    return trial -> operator.applyAsDouble(left.value(trial), right.value(trial));
  }

  private Node sum() throws Unreadable {
    if (++depth > MAX_DEPTH) {
      throw new Unreadable();
    }
    Node sum = take('-') ? negative(product()) : product();
    while (true) {
      if (take('+')) {
        sum = binary(sum, product(), Double::sum);
      } else if (take('-')) {
        sum = binary(sum, product(), (a, b) -> a - b);
      } else {
        depth--;
        return sum;
      }
    }
  }

  private static Node negative(Node node) {
    return trial -> -node.value(trial);
  }

  private Node product() throws Unreadable {
    Node product = power();
    while (position < text.length()) {
      if (take('*')) {
        product = binary(product, power(), (a, b) -> a * b);
      } else if (take('/')) {
        product = binary(product, power(), (a, b) -> a / b);
      } else if ("+-)}],=^".indexOf(text.charAt(position)) < 0) {
        boolean mixed =
            text.startsWith("\\frac", position)
                && position > 0
                && Character.isDigit(text.charAt(position - 1));
        product = binary(product, power(), mixed ? Double::sum : (a, b) -> a * b);
      } else {
        break;
      }
    }
    return product;
  }

  private Node power() throws Unreadable {
    if (take('-')) {
      return negative(power());
    }
    Node base = atom();
    return take('^')
        ? binary(base, text.startsWith("{", position) ? group() : power(), Math::pow)
        : base;
  }

  private Node atom() throws Unreadable {
    if (position >= text.length()) {
      throw new Unreadable();
    }
    char c = text.charAt(position);
    if (Character.isDigit(c) || c == '.') {
      return number();
    }
    if (c == '(') {
      position++;
      Node inner = sum();
      return closed(inner, ')');
    }
    if (c == '{') {
      return group();
    }
    if (c == '\\') {
      position++;
      return command(word());
    }
    if (c == 'π') {
      position++;
      return _ -> Math.PI;
    }
    if (Character.isLetter(c)) {
      String name = word();
      if (FUNCTIONS.containsKey(name)) {
        return function(FUNCTIONS.get(name));
      }
      if (name.equals("sqrt")) {
        return function(Math::sqrt);
      }
      position -= name.length() - 1;
      return variable(c);
    }
    throw new Unreadable();
  }

  private Node variable(char name) {
    if (name == 'e') {
      return _ -> Math.E;
    }
    return trial -> Seeds.random(trial, "variable " + name).nextDouble(0.3, 2.7);
  }

  private Node number() throws Unreadable {
    int start = position;
    while (position < text.length()
        && (Character.isDigit(text.charAt(position)) || text.charAt(position) == '.')) {
      position++;
    }
    try {
      double value = Double.parseDouble(text.substring(start, position));
      return _ -> value;
    } catch (NumberFormatException e) {
      throw new Unreadable();
    }
  }

  private Node command(String name) throws Unreadable {
    return switch (name) {
      case "frac" -> binary(group(), group(), (a, b) -> a / b);
      case "sqrt" -> {
        if (take('[')) {
          Node degree = closed(sum(), ']');
          yield binary(group(), degree, (a, n) -> Math.pow(a, 1 / n));
        }
        Node inner = group();
        yield trial -> Math.sqrt(inner.value(trial));
      }
      default -> {
        DoubleUnaryOperator function = FUNCTIONS.get(name);
        if (function == null) {
          throw new Unreadable();
        }
        yield function(function);
      }
    };
  }

  private Node function(DoubleUnaryOperator function) throws Unreadable {
    Node inner = power();
    return trial -> function.applyAsDouble(inner.value(trial));
  }

  private Node group() throws Unreadable {
    if (!take('{')) {
      return atom();
    }
    return closed(sum(), '}');
  }

  private Node closed(Node inner, char end) throws Unreadable {
    if (!take(end)) {
      throw new Unreadable();
    }
    return inner;
  }

  private String word() {
    int start = position;
    while (position < text.length()
        && Character.isLetter(text.charAt(position))
        && text.charAt(position) != 'π') {
      position++;
    }
    return text.substring(start, position);
  }

  private boolean take(char c) {
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }
}
