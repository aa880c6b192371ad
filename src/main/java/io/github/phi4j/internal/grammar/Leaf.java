package io.github.phi4j.internal.grammar;

/**
 * The byte encodings of an automaton's texts: a self-contained part of a grammar, whose masks are
 * shared by all its occurrences in all grammars. Partial characters need no states: a place in a
 * leaf is one number that combines the automaton's state, the number of characters so far if the
 * leaf is bounded, and the bytes since the last whole character. Equality is structural. Immutable.
 *
 * @param dfa the texts
 * @param most the maximum number of characters, or {@link #UNBOUNDED}
 * @param form the encoding
 */
public record Leaf(Dfa dfa, int most, Form form) {

  /** The encoding of texts. */
  public enum Form {
    /** Plain UTF-8. */
    PLAIN,
    /** JSON strings in quotes, each character literal or with any valid escape. */
    STRING,
    /** Canonical JSON strings: escapes only where required, in their shortest form. */
    CANONICAL
  }

  /** No bound on the number of characters. */
  public static final int UNBOUNDED = Integer.MAX_VALUE;

  /** The largest exact bound on the number of characters; a larger bound is replaced by it. */
  public static final int MAX_COUNT = (1 << 18) - 1;

  /** The dead place: no continuation of the bytes is a text of this leaf. */
  public static final long DEAD = -1;

  private static final int VALUE_BITS = 21;
  private static final int MODE_BITS = 4;
  private static final int COUNT_BITS = 18;
  private static final int COUNT_SHIFT = VALUE_BITS + MODE_BITS;
  private static final int STATE_SHIFT = COUNT_SHIFT + COUNT_BITS;

  // The state within an unfinished character.
  private static final int WHOLE = 0;
  private static final int LAST_OF_2 = 1;
  private static final int TWO_OF_3 = 2;
  private static final int LAST_OF_3 = 3;
  private static final int THREE_OF_4 = 4;
  private static final int TWO_OF_4 = 5;
  private static final int LAST_OF_4 = 6;
  private static final int OUTSIDE = 7; // before the opening quote
  private static final int ESCAPE = 8; // ESCAPE + 1 to ESCAPE + 4: after u and 0 to 3 digits
  private static final int CLOSED = 13;

  private static final String SHORT_ESCAPES = "\"\\/bfnrt";
  private static final String SHORT_ESCAPED = "\"\\/\b\f\n\r\t";

  /** Creates a leaf. */
  public Leaf {
    most = most == UNBOUNDED ? most : Math.min(most, MAX_COUNT);
    if (!hasTexts(dfa, most)) {
      throw new IllegalArgumentException("a leaf without texts");
    }
  }

  /** Returns whether an automaton accepts a text of at most {@code most} characters. */
  public static boolean hasTexts(Dfa dfa, int most) {
    return !dfa.isEmpty() && (most == UNBOUNDED || dfa.stepsToEnd(0) <= most);
  }

  /** Creates a leaf without a bound. */
  public Leaf(Dfa dfa, Form form) {
    this(dfa, UNBOUNDED, form);
  }

  private static long place(int state, int count, int mode, int value) {
    return ((long) state << STATE_SHIFT)
        | ((long) count << COUNT_SHIFT)
        | ((long) mode << VALUE_BITS)
        | value;
  }

  /** Returns the automaton's state at a place. */
  static int state(long place) {
    return (int) (place >>> STATE_SHIFT);
  }

  private static int count(long place) {
    return (int) (place >>> COUNT_SHIFT) & MAX_COUNT;
  }

  private static int mode(long place) {
    return (int) (place >>> VALUE_BITS) & ((1 << MODE_BITS) - 1);
  }

  private static int value(long place) {
    return (int) place & ((1 << VALUE_BITS) - 1);
  }

  /** Returns the place before the first byte. */
  long start() {
    return place(0, 0, form == Form.PLAIN ? WHOLE : OUTSIDE, 0);
  }

  /** Returns the label of texts that end at a place, or 0. */
  int label(long place) {
    int end = form == Form.PLAIN ? WHOLE : CLOSED;
    return mode(place) == end ? dfa.label(state(place)) : 0;
  }

  /** Returns whether a place is between two characters. */
  boolean isWhole(long place) {
    return mode(place) == WHOLE;
  }

  /** Returns whether nothing can follow at a place. */
  boolean isClosed(long place) {
    return mode(place) == CLOSED
        || (form == Form.PLAIN && mode(place) == WHOLE && dfa.ranges(state(place)) == 0);
  }

  /**
   * Returns how many arbitrary characters may follow a place such that the text may end after each;
   * 0 within a character.
   */
  int freeSteps(long place) {
    if (mode(place) != WHOLE) {
      return 0;
    }
    int steps = dfa.universalSteps(state(place));
    return most == UNBOUNDED ? steps : Math.min(steps, most - count(place));
  }

  /** Returns the corresponding place in the leaf without a bound. */
  long unbounded(long place) {
    return place(state(place), 0, mode(place), value(place));
  }

  /** Returns whether the bound has no effect within the next {@code characters} characters. */
  boolean isFar(long place, int characters) {
    return most != UNBOUNDED && most - count(place) > characters + dfa.states();
  }

  /** Returns the place after a byte, or {@link #DEAD}. */
  long next(long place, int value) {
    int mode = mode(place);
    return switch (mode) {
      case WHOLE -> first(place, value);
      case LAST_OF_2, LAST_OF_3, LAST_OF_4 ->
          isContinuation(value) ? taken(place, (value(place) << 6) | (value & 0x3f)) : DEAD;
      case TWO_OF_3 -> continued(place, value, LAST_OF_3, 0x800 >> 6);
      case THREE_OF_4 -> continued(place, value, TWO_OF_4, 0x10000 >> 12);
      case TWO_OF_4 -> continued(place, value, LAST_OF_4, 0);
      case OUTSIDE -> value == '"' ? place(state(place), count(place), WHOLE, 0) : DEAD;
      case ESCAPE -> escaped(place, value);
      case CLOSED -> DEAD;
      default -> digit(place, value, mode - ESCAPE);
    };
  }

  private static boolean isContinuation(int value) {
    return value >>> 6 == 2;
  }

  private long first(long place, int value) {
    if (form != Form.PLAIN) {
      if (value == '"') {
        return dfa.label(state(place)) > 0 ? place(state(place), count(place), CLOSED, 0) : DEAD;
      }
      if (value == '\\') {
        return canEscape(place) ? place(state(place), count(place), ESCAPE, 0) : DEAD;
      }
      if (value < ' ') {
        return DEAD;
      }
    }
    if (value < 0x80) {
      return taken(place, value);
    }
    if (value >= 0xC2 && value < 0xE0) {
      return open(place, LAST_OF_2, value & 0x1f);
    }
    if (value >= 0xE0 && value < 0xF0) {
      return open(place, TWO_OF_3, value & 0xf);
    }
    return value >= 0xF0 && value < 0xF5 ? open(place, THREE_OF_4, value & 7) : DEAD;
  }

  private long continued(long place, int value, int mode, int least) {
    int next = (value(place) << 6) | (value & 0x3f);
    return isContinuation(value) && next >= least ? open(place, mode, next) : DEAD;
  }

  /** Returns a place within a character, if some character with this beginning may follow. */
  private long open(long place, int mode, int value) {
    int bits =
        switch (mode) {
          case LAST_OF_2, LAST_OF_3, LAST_OF_4 -> 6;
          case TWO_OF_3, TWO_OF_4 -> 12;
          default -> 18;
        };
    int least = mode == TWO_OF_3 ? 0x800 : mode == THREE_OF_4 ? 0x10000 : 0;
    return goesOn(place, Math.max(least, value << bits), ((value + 1) << bits) - 1)
        ? place(state(place), count(place), mode, value)
        : DEAD;
  }

  /** Returns whether a character of a range may follow such that the text can still end. */
  private boolean goesOn(long place, int least, int most) {
    boolean unfelt = this.most == UNBOUNDED || isFar(place, 1);
    return unfelt ? dfa.goesOn(state(place), least, most) : goesOnCounted(place, least, most);
  }

  private boolean goesOnCounted(long place, int least, int most) {
    int state = state(place);
    int left = this.most - count(place) - 1;
    for (int i = 0; i < dfa.ranges(state); i++) {
      if (dfa.rangeFrom(state, i) <= most
          && dfa.rangeTo(state, i) >= least
          && dfa.stepsToEnd(dfa.rangeTarget(state, i)) <= left) {
        return true;
      }
    }
    return false;
  }

  /** Returns the place after a whole character. */
  private long taken(long place, int c) {
    int next = dfa.next(state(place), c);
    if (next == Dfa.DEAD) {
      return DEAD;
    }
    if (most == UNBOUNDED) {
      return place(next, 0, WHOLE, 0);
    }
    int count = count(place) + 1;
    return count <= most && dfa.stepsToEnd(next) <= most - count
        ? place(next, count, WHOLE, 0)
        : DEAD;
  }

  private boolean canEscape(long place) {
    return form == Form.STRING
        ? goesOn(place, 0, 0xFFFF)
        : goesOn(place, 0, ' ' - 1) || goesOn(place, '"', '"') || goesOn(place, '\\', '\\');
  }

  private long escaped(long place, int value) {
    int known = SHORT_ESCAPES.indexOf(value);
    if (known >= 0) {
      return value == '/' && form == Form.CANONICAL
          ? DEAD
          : taken(place, SHORT_ESCAPED.charAt(known));
    }
    return value == 'u' ? digits(place, 0, 0) : DEAD;
  }

  private long digit(long place, int value, int digits) {
    int digit = value < 0x80 ? Character.digit(value, 16) : -1;
    if (digit < 0 || (form == Form.CANONICAL && value >= 'A' && value <= 'F')) {
      return DEAD;
    }
    int c = (value(place) << 4) | digit;
    if (digits < 4) {
      return digits(place, digits, c);
    }
    return form == Form.CANONICAL && SHORT_ESCAPED.indexOf(c) >= 0 ? DEAD : taken(place, c);
  }

  /**
   * Returns the place after {@code u} and some digits, if a character with these digits may follow.
   */
  private long digits(long place, int digits, int value) {
    int bits = 4 * (4 - digits);
    int from = value << bits;
    int to = ((value + 1) << bits) - 1;
    boolean live =
        form == Form.STRING ? goesOn(place, from, to) : goesOnWithLongEscape(place, from, to);
    return live ? place(state(place), count(place), ESCAPE + 1 + digits, value) : DEAD;
  }

  private boolean goesOnWithLongEscape(long place, int from, int to) {
    for (int c = from; c <= Math.min(to, ' ' - 1); c++) {
      if (SHORT_ESCAPED.indexOf(c) < 0 && goesOn(place, c, c)) {
        return true;
      }
    }
    return false;
  }
}
