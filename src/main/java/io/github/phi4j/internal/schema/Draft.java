package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The draft of JSON Schema that a document names. Keywords of later drafts are annotations in it;
 * spellings of earlier drafts are known in all.
 *
 * @param number of the draft; 8 for 2019-09, 9 for 2020-12, the default
 */
record Draft(int number) {

  private static final Draft LATEST = new Draft(9);

  private static final Pattern NAMED =
      Pattern.compile("https?://json-schema\\.org/draft(?:-0([3-7])|/(2019-09))/schema#?");

  private static final Map<String, Integer> SINCE =
      Map.ofEntries(
          Map.entry("const", 6),
          Map.entry("contains", 6),
          Map.entry("propertyNames", 6),
          Map.entry("if", 7),
          Map.entry("minContains", 8),
          Map.entry("maxContains", 8),
          Map.entry("dependentRequired", 8),
          Map.entry("dependentSchemas", 8),
          Map.entry("unevaluatedItems", 8),
          Map.entry("unevaluatedProperties", 8),
          Map.entry("$recursiveRef", 8),
          Map.entry("prefixItems", 9),
          Map.entry("$dynamicRef", 9));

  /** Returns the draft of a document. */
  static Draft of(Json document) {
    if (document instanceof Json.Members members
        && members.map().get("$schema") instanceof Json.Text name) {
      Matcher named = NAMED.matcher(name.value());
      if (named.matches()) {
        return named.group(1) == null ? new Draft(8) : new Draft(Integer.parseInt(named.group(1)));
      }
    }
    return LATEST;
  }

  /** Returns whether an assertion keyword exists in this draft. */
  boolean knows(String keyword) {
    return SINCE.getOrDefault(keyword, 0) <= number;
  }

  /** Returns whether siblings of {@code $ref} have an effect. */
  boolean readsSiblingsOfReferences() {
    return number >= 8;
  }
}
