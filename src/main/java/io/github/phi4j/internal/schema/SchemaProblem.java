package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.Locale;

/** Something in a schema that no grammar can promise, or that is no schema. */
final class SchemaProblem {

  private SchemaProblem() {}

  /** A fault at a place, which is a JSON pointer into the schema. */
  static GrammarException at(String pointer, String found, String expected) {
    return new GrammarException(
        "JSON Schema at #" + pointer + ": found " + found + "; expected " + expected);
  }

  /** A keyword that cannot be enforced. */
  static GrammarException unenforceable(String pointer, String keyword, String advice) {
    return new GrammarException(
        String.format(
            Locale.ROOT,
            "JSON Schema at #%s/%s: \"%s\" cannot be enforced%s",
            pointer,
            escape(keyword),
            keyword,
            advice.isEmpty() ? "" : ": " + advice));
  }

  /** A name as a part of a JSON pointer. */
  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
