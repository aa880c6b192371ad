package io.github.phi4j.internal.text;

import io.github.phi4j.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses tool calls while they are written, in a format that a grammar enforces; arguments are
 * returned verbatim.
 */
public final class CallReader {

  /** Receives calls as they are parsed. */
  @FunctionalInterface
  public interface Listener {

    /**
     * Takes a part of a call.
     *
     * @param arguments empty when the call begins, then the next piece of its arguments
     */
    void part(String id, String name, String arguments);
  }

  private enum Place {
    OPEN,
    HEADER,
    ARGUMENTS,
    CALL_CLOSE,
    SEPARATOR_OR_CLOSE,
    END
  }

  private static final Pattern HEADER =
      Pattern.compile("\\{\"name\": \"([A-Za-z0-9_.-]+)\", \"arguments\": ");

  private final ToolFormat format;
  private final Supplier<String> ids;
  private final Listener listener;
  private final StringBuilder text = new StringBuilder();
  private final List<ToolCall> calls = new ArrayList<>();
  private Place place = Place.OPEN;
  private int at;

  private String id = "";
  private String name = "";
  private int start; // of the arguments
  private int depth;
  private boolean quoted;
  private boolean escaped;

  /**
   * Creates a reader.
   *
   * @param ids supplies the id of each call
   */
  public CallReader(ToolFormat format, Supplier<String> ids, Listener listener) {
    this.format = format;
    this.ids = ids;
    this.listener = listener;
  }

  /** Takes the next piece of the text. */
  public void append(String piece) {
    text.append(piece);
    while (advance()) {}
  }

  /** Parses at the current position; returns whether the construct is complete. */
  private boolean advance() {
    return switch (place) {
      case OPEN -> taken(format.open(), Place.HEADER);
      case HEADER -> header();
      case ARGUMENTS -> arguments();
      case CALL_CLOSE -> callClose();
      case SEPARATOR_OR_CLOSE ->
          taken(ToolFormat.SEPARATOR, Place.HEADER) || taken(format.close(), Place.END);
      case END -> false;
    };
  }

  private boolean taken(String expected, Place next) {
    int end = at + expected.length();
    boolean there = end <= text.length() && text.substring(at, end).equals(expected);
    if (there) {
      at = end;
      place = next;
    }
    return there;
  }

  private boolean header() {
    Matcher header = HEADER.matcher(text).region(at, text.length());
    if (!header.lookingAt()) {
      return false;
    }
    id = ids.get();
    name = header.group(1);
    at = header.end();
    start = at;
    depth = 0;
    place = Place.ARGUMENTS;
    listener.part(id, name, "");
    return true;
  }

  private boolean arguments() {
    int from = at;
    boolean ended = false;
    while (!ended && at < text.length()) {
      ended = endsObject(text.charAt(at++));
    }
    if (at > from) {
      listener.part(id, name, text.substring(from, at));
    }
    if (ended) {
      place = Place.CALL_CLOSE;
    }
    return ended;
  }

  private boolean endsObject(char c) {
    if (escaped) {
      escaped = false;
    } else if (quoted) {
      escaped = c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if (c == '}' || c == ']') {
      depth--;
      return depth <= 0;
    }
    return false;
  }

  private boolean callClose() {
    int end = at;
    boolean closed = taken(ToolFormat.callClose(), Place.SEPARATOR_OR_CLOSE);
    if (closed) {
      calls.add(new ToolCall(id, name, text.substring(start, end)));
    }
    return closed;
  }

  /** The complete calls so far. */
  public List<ToolCall> calls() {
    return List.copyOf(calls);
  }

  /**
   * All calls of a complete text.
   *
   * @throws IllegalArgumentException if the text is not in the format, to its end
   */
  public List<ToolCall> allCalls() {
    if (place != Place.END || at < text.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "calls, column %d: found %s; expected %s",
              at + 1,
              text.substring(at),
              expected()));
    }
    return calls();
  }

  private String expected() {
    return switch (place) {
      case OPEN -> format.open();
      case HEADER -> "a call";
      case ARGUMENTS -> "the end of the arguments";
      case CALL_CLOSE -> ToolFormat.callClose();
      case SEPARATOR_OR_CLOSE -> format.close();
      case END -> "nothing more";
    };
  }
}
