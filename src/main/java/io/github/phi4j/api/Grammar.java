package io.github.phi4j.api;

import java.util.Objects;

/**
 * A language that constrains generated text, set by {@link GenerationOptions.Builder#grammar}. Only
 * tokens that can still lead to a text of the language are chosen, and the model may end its turn
 * only at the end of such a text. If the token limit or a stop string ends the generation, the text
 * is a prefix of one in the language.
 *
 * <p>A grammar is a plain value with equality by source. It is validated and compiled for the
 * model's vocabulary by the first generation that uses it, or by {@link Generator#prepare}.
 *
 * @since 0.1.0
 */
public sealed interface Grammar {

  /**
   * Text in GBNF, the notation of llama.cpp.
   *
   * @param text the rules
   * @since 0.1.0
   */
  record Gbnf(String text) implements Grammar {

    /** Creates a grammar. */
    public Gbnf {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Creates a grammar in llama.cpp's GBNF. The rule {@code root} is the whole text:
   *
   * <pre>{@code
   * root ::= "yes" | "no" | "perhaps " reason
   * reason ::= "because " [a-z ]{1,80} "."   # comments go to the end of the line
   * }</pre>
   *
   * <p>Rules consist of literals in double quotes, character classes, {@code .} for any character,
   * rule names, groups, alternatives and {@code ? * + {m} {m,} {m,n}}. A token is {@code <[1234]>}
   * or {@code <text>}, and {@code !<text>} is any other token. Characters are Unicode code points.
   *
   * @param text the rules
   * @return the grammar
   */
  static Grammar gbnf(String text) {
    return new Gbnf(text);
  }

  /**
   * A JSON Schema, in JSON.
   *
   * @param schema the schema
   * @param options options for its interpretation
   * @since 0.1.0
   */
  record JsonSchema(String schema, JsonSchemaOptions options) implements Grammar {

    /** Creates a grammar. */
    public JsonSchema {
      Objects.requireNonNull(schema, "schema");
      Objects.requireNonNull(options, "options");
    }
  }

  /**
   * Creates a grammar of the JSON values that are valid for a JSON Schema of draft 2020-12, or with
   * keywords of earlier drafts from 4 on. All keywords that constrain values are enforced, in any
   * combination; annotations and unknown keywords are ignored. Notes:
   *
   * <ul>
   *   <li>Members are written in the order of declaration, first those of {@code properties}, then
   *       those only in {@code required}; for combined schemas, in the order of the combining
   *       keywords. Others follow in any order. Without {@code additionalProperties}, only objects
   *       without declared properties have other members, and without {@code type}, values have one
   *       of the types that keywords refer to.
   *   <li>{@code oneOf} is each branch without the others; {@code not} and {@code if} are exact.
   *   <li>{@code pattern} takes regular expressions of ECMA-262, anchored or not, with lookahead
   *       outside repetitions, but without back references, lookbehind and {@code \b}. Lengths
   *       count code points.
   *   <li>{@code format} supports all formats of the standard, some as a subset of their
   *       specification (e-mail addresses end in a country code or a common generic domain), and
   *       OpenAPI's {@code int32} and {@code int64}. OpenAPI's {@code nullable} is supported too.
   *   <li>{@code $ref} refers to locations in the schema, also by {@code $id} and {@code $anchor}.
   * </ul>
   *
   * <p>Generated text is always valid, but not every valid text can be generated: white space is
   * bounded, integers have neither fraction nor exponent if only integers are valid, and exponents
   * have at most two digits. A keyword that cannot be enforced causes a {@link GrammarException}
   * with its JSON pointer.
   *
   * @param schema the schema, in JSON
   * @return the grammar
   */
  static Grammar jsonSchema(String schema) {
    return new JsonSchema(schema, JsonSchemaOptions.defaults());
  }

  /**
   * Creates a grammar of the JSON values that are valid for a JSON Schema, like {@link
   * #jsonSchema(String)}, with options.
   *
   * @param schema the schema, in JSON
   * @param options open objects, handling of unenforceable keywords, and documents that the schema
   *     refers to
   * @return the grammar
   */
  static Grammar jsonSchema(String schema, JsonSchemaOptions options) {
    return new JsonSchema(schema, options);
  }
}
