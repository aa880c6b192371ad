package io.github.phi4j.api;

import java.util.Locale;
import java.util.Objects;

/**
 * Escapes untrusted text for terminals, logs and messages. A model file may contain any text:
 * terminal escape sequences, line breaks that forge log lines, marks that reorder the surrounding
 * text. {@link ModelException}, {@link ModelInfo} and phi4j's log lines are escaped already; {@link
 * ModelInspection} and {@link Tokenizer} return the file's text unchanged.
 *
 * @since 0.1.0
 */
public final class Printable {

  private Printable() {}

  /**
   * Escapes unprintable characters: control and format characters, line and paragraph separators
   * and unpaired surrogates become <code>&#92;u001b</code> and the like, line breaks and tabs
   * {@code \n}, {@code \r} and {@code \t}. Printable text is unchanged, so applying this twice is
   * the same as once.
   *
   * @param text any text
   * @return text on one line
   */
  public static String of(String text) {
    Objects.requireNonNull(text, "text");
    StringBuilder escaped = null;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      if (!prints(point)) {
        escaped = escaped == null ? new StringBuilder(text.substring(0, at)) : escaped;
        escaped.append(escape(point));
      } else if (escaped != null) {
        escaped.appendCodePoint(point);
      }
      at += Character.charCount(point);
    }
    return escaped == null ? text : escaped.toString();
  }

  private static boolean prints(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }

  private static String escape(int point) {
    return switch (point) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
    };
  }
}
