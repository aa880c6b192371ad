package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;

/** Something in a schema that no grammar can promise, or that is no schema. */
final class SchemaProblem {

  private SchemaProblem() {}

  /** A fault at a place, which is a JSON pointer into the schema. */
  static GrammarException at(String pointer, String found, String expected) {
    return new GrammarException(pointer, "found " + found + "; expected " + expected);
  }

  /** A keyword that cannot be enforced. */
  static GrammarException unenforceable(String pointer, String keyword, String advice) {
    return new GrammarException(
        pointer + "/" + escape(keyword),
        "\"" + keyword + "\" cannot be enforced" + (advice.isEmpty() ? "" : ": " + advice));
  }

  /** A name as a part of a JSON pointer. */
  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
