package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.internal.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The contents so far of open lists whose parts must differ: array elements, or member names. It is
 * derived from the text alone, which is JSON, so it is the same for all parses of that text. Parts
 * are written canonically, so equal parts have equal prefixes; they are still compared as values. A
 * part is held as a string with a character for each byte, since it may end within a character of
 * the text. Immutable.
 */
final class Memory {

  /** The bytes since the start of the first list, in reverse. */
  private record Trail(Trail before, byte value, int length) {}

  /** The completed parts of a list. */
  private record Used(NavigableSet<String> texts, Set<Json> values) {
    static final Used NOTHING = new Used(Collections.emptyNavigableSet(), Set.of());

    Used with(String text) {
      NavigableSet<String> moreTexts = new TreeSet<>(texts);
      moreTexts.add(text);
      Set<Json> moreValues = new HashSet<>(values);
      parsed(text).ifPresent(moreValues::add);
      return new Used(moreTexts, moreValues);
    }
  }

  /**
   * An open list.
   *
   * @param depth the number of open brackets within it
   * @param names whether its parts are member names
   * @param start the start of the current part, or -1 in a member's value
   */
  private record Level(Level outer, int depth, boolean names, Used used, int start) {
    Level at(int newStart, Used newUsed) {
      return new Level(outer, depth, names, newUsed, newStart);
    }
  }

  private final Level top;
  private final int depth;
  private final boolean inString;
  private final boolean escaped;
  private final Trail trail;

  private Memory(Level top, int depth, boolean inString, boolean escaped, Trail trail) {
    this.top = top;
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    this.trail = trail;
  }

  /** Returns the memory after a list is opened; {@code before} may be null. */
  static Memory open(Memory before, boolean names) {
    Memory memory =
        before == null ? new Memory(null, 0, false, false, new Trail(null, (byte) 0, 0)) : before;
    Level level = new Level(memory.top, memory.depth, names, Used.NOTHING, memory.trail.length);
    return new Memory(level, memory.depth, false, false, memory.trail);
  }

  /** Returns the memory after a byte, or null if no list is open any more. */
  Memory after(int value) {
    Trail longer = new Trail(trail, (byte) value, trail.length + 1);
    if (inString) {
      boolean escapes = !escaped && value == '\\';
      return new Memory(top, depth, escaped || value != '"', escapes, longer);
    }
    boolean here = depth == top.depth;
    return switch (value) {
      case '"' -> new Memory(top, depth, true, false, longer);
      case '[', '{' -> new Memory(top, depth + 1, false, false, longer);
      case ']', '}' -> {
        if (here && top.outer == null) {
          yield null;
        }
        yield new Memory(here ? top.outer : top, depth - 1, false, false, longer);
      }
      case ',' -> {
        Level next = here ? top.at(longer.length, top.names ? top.used : with(top)) : top;
        yield new Memory(next, depth, false, false, longer);
      }
      case ':' -> {
        Level next = here && top.names ? top.at(-1, with(top)) : top;
        yield new Memory(next, depth, false, false, longer);
      }
      default -> new Memory(top, depth, false, false, longer);
    };
  }

  private Used with(Level level) {
    return level.used.with(part(level).stripTrailing());
  }

  /** Returns the current part of a list, as far as it is written. */
  private String part(Level level) {
    byte[] bytes = new byte[trail.length - level.start];
    Trail at = trail;
    for (int i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = at.value;
      at = at.before;
    }
    return new String(bytes, ISO_8859_1).stripLeading();
  }

  /** Returns whether the part that ends here differs from all earlier ones in its list. */
  boolean isNew() {
    if (top.depth != depth || top.start < 0) {
      return true;
    }
    String part = part(top);
    if (top.used.texts.contains(part)) {
      return false;
    }
    Optional<Json> value = parsed(part);
    return value.isPresent() && !top.used.values.contains(value.get());
  }

  /** Parses a part; empty if it repeats a member name, which makes its value ambiguous. */
  private static Optional<Json> parsed(String part) {
    try {
      return Optional.of(Json.parse(new String(part.getBytes(ISO_8859_1), UTF_8)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns the current part of each list, innermost first, if the innermost has not begun. */
  Optional<List<String>> beginning() {
    if (top.depth != depth || top.start < 0 || !part(top).isEmpty()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    for (Level level = top; level != null; level = level.outer) {
      parts.add(level.start < 0 ? "" : part(level).stripTrailing());
    }
    return Optional.of(parts);
  }

  /** Returns whether the current part is a prefix of an earlier one. */
  boolean isLikeBefore() {
    for (Level level = top; level != null; level = level.outer) {
      if (level.start >= 0 && !level.used.texts.isEmpty()) {
        String part = part(level);
        String next = level.used.texts.ceiling(part);
        if (next != null && next.startsWith(part)) {
          return true;
        }
      }
    }
    return false;
  }
}
