package io.github.phi4j.eval;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text templates with placeholders {@code {{field}}}; lists become lines. */
public final class Template {

  private static final Pattern FIELD = Pattern.compile("\\{\\{\\s*([^{}\\s][^{}]*?)\\s*}}");

  private Template() {}

  /**
   * Fills in a template.
   *
   * @param template the text
   * @param fields the fields; {@code a.b} is the field b of the map a
   * @param place the owner of the fields, for error messages
   * @return the text with all fields filled in
   * @throws IllegalArgumentException if there is no such field
   */
  public static String fill(String template, Map<String, ?> fields, String place) {
    return FIELD
        .matcher(template)
        .replaceAll(match -> Matcher.quoteReplacement(text(value(match.group(1), fields, place))));
  }

  private static Object value(String name, Map<String, ?> fields, String place) {
    return find(name, fields)
        .orElseThrow(() ->
            new IllegalArgumentException(
                place
                    + ": found the fields "
                    + fields.keySet()
                    + "; expected one named '"
                    + name
                    + "'"));
  }

  /**
   * Finds a field, possibly of a nested map.
   *
   * @param name its name; {@code a.b} is the field b of the map a
   * @param fields the fields
   * @return its value; empty if there is none
   */
  public static Optional<Object> find(String name, Map<?, ?> fields) {
    Object value = fields.get(name);
    int dot = name.indexOf('.');
    return value == null && dot > 0 && fields.get(name.substring(0, dot)) instanceof Map<?, ?> map
        ? find(name.substring(dot + 1), map)
        : Optional.ofNullable(value);
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining("\n"))
        : value.toString();
  }
}
