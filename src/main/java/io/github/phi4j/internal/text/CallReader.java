package io.github.phi4j.internal.text;

import io.github.phi4j.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses tool calls whose format a grammar has enforced; arguments are returned verbatim. */
final class CallReader {

  private static final Pattern CALL =
      Pattern.compile("\\{\"name\": \"([A-Za-z0-9_.-]+)\", \"arguments\": ");

  private final String text;
  private final ToolFormat format;
  private final Supplier<String> ids;
  private int at;

  CallReader(String text, ToolFormat format, Supplier<String> ids) {
    this.text = text;
    this.format = format;
    this.ids = ids;
  }

  /** All calls of a complete text. */
  List<ToolCall> calls() {
    List<ToolCall> calls = new ArrayList<>();
    take(format.open());
    do {
      if (!call(calls)) {
        throw unexpected("a call");
      }
    } while (taken(ToolFormat.SEPARATOR));
    take(format.close());
    if (at < text.length()) {
      throw unexpected("nothing more");
    }
    return calls;
  }

  /** The complete calls of a truncated text. */
  List<ToolCall> wholeCalls() {
    List<ToolCall> calls = new ArrayList<>();
    boolean more = taken(format.open());
    while (more) {
      more = call(calls) && taken(ToolFormat.SEPARATOR);
    }
    return calls;
  }

  /** Reads a call if a complete one follows. */
  private boolean call(List<ToolCall> calls) {
    Matcher call = CALL.matcher(text).region(at, text.length());
    int end = call.lookingAt() ? objectEnd(call.end()) : -1;
    if (end < 0 || !text.startsWith(ToolFormat.callClose(), end)) {
      return false;
    }
    calls.add(new ToolCall(ids.get(), call.group(1), text.substring(call.end(), end)));
    at = end + ToolFormat.callClose().length();
    return true;
  }

  /** The end of the object that begins at a position, or -1 if it is incomplete. */
  private int objectEnd(int from) {
    int depth = 0;
    boolean quoted = false;
    for (int end = from; end < text.length(); end++) {
      char c = text.charAt(end);
      if (quoted) {
        if (c == '\\') {
          end++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth <= 0) {
        return end + 1;
      }
    }
    return -1;
  }

  private boolean taken(String expected) {
    boolean there = text.startsWith(expected, at);
    at += there ? expected.length() : 0;
    return there;
  }

  private void take(String expected) {
    if (!taken(expected)) {
      throw unexpected(expected);
    }
  }

  private IllegalArgumentException unexpected(String expected) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "calls, column %d: found %s; expected %s",
            at + 1,
            text.substring(Math.min(at, text.length())),
            expected));
  }
}
