package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;

/** The door to the translation of JSON Schemas. */
public final class SchemaGrammar {

  private SchemaGrammar() {}

  /**
   * The grammar, in GBNF, of the JSON values that are written for a schema. Each is valid for it.
   *
   * @throws IllegalArgumentException if the schema is none, or says what no grammar can promise
   */
  public static String of(String schema) {
    Gbnf grammar = new Gbnf();
    String root = grammar.reserve("root");
    SchemaTranslator translator = new SchemaTranslator(Json.parse(schema), grammar, "value");
    grammar.define(root, translator.rule());
    return grammar.text();
  }
}
