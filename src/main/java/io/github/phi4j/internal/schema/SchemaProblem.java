package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;

/** Builds exceptions for invalid schemas and unenforceable keywords. */
final class SchemaProblem {

  private SchemaProblem() {}

  /** Returns an exception for a fault at a JSON pointer into the schema. */
  static GrammarException at(String pointer, String found, String expected) {
    return new GrammarException(pointer, "found " + found + "; expected " + expected);
  }

  /** Returns an exception for a keyword that cannot be enforced. */
  static GrammarException unenforceable(String pointer, String keyword, String advice) {
    return new GrammarException(
        pointer + "/" + escape(keyword),
        "\"" + keyword + "\" cannot be enforced" + (advice.isEmpty() ? "" : ": " + advice));
  }

  /** Escapes a name for a JSON pointer. */
  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
