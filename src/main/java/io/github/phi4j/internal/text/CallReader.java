package io.github.phi4j.internal.text;

import io.github.phi4j.api.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads calls that a grammar has kept in their format; arguments are taken as they stand. */
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

  List<ToolCall> calls() {
    List<ToolCall> calls = new ArrayList<>();
    take(format.open());
    do {
      Matcher call = CALL.matcher(text).region(at, text.length());
      if (!call.lookingAt()) {
        throw unexpected("a call");
      }
      at = call.end();
      calls.add(new ToolCall(ids.get(), call.group(1), object()));
      take(ToolFormat.callClose());
    } while (taken(ToolFormat.SEPARATOR));
    take(format.close());
    if (at < text.length()) {
      throw unexpected("nothing more");
    }
    return calls;
  }

  /** The object that begins here, to its closing brace. */
  private String object() {
    int depth = 0;
    boolean quoted = false;
    for (int end = at; end < text.length(); end++) {
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
      } else if ((c == '}' || c == ']') && --depth == 0) {
        String object = text.substring(at, end + 1);
        at = end + 1;
        return object;
      }
    }
    throw unexpected("an object");
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
        "calls, column %d: found %s; expected %s"
            .formatted(at + 1, text.substring(Math.min(at, text.length())), expected));
  }
}
