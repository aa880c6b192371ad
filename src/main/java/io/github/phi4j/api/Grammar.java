package io.github.phi4j.api;

import java.util.Objects;

/**
 * A language that a generated text must belong to, set by {@link
 * GenerationOptions.Builder#grammar}. Only tokens that can still lead to a text of the language are
 * chosen, and the model may end its turn only where such a text ends. A generation that something
 * else ends, such as the limit of tokens or a stop string, gives the beginning of one.
 *
 * <p>A grammar is a plain value, compared by what it was made of. What it says is checked, and made
 * ready for the model's vocabulary, by the first generation that uses it or by {@link
 * Generator#prepare}.
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
   * Takes a grammar in GBNF, as llama.cpp reads it. The rule {@code root} describes the whole text:
   *
   * <pre>{@code
   * root ::= "yes" | "no" | "perhaps " reason
   * reason ::= "because " [a-z ]{1,80} "."   # comments go to the end of the line
   * }</pre>
   *
   * <p>Rules are made of literals in double quotes, character classes, {@code .} for any character,
   * names of rules, groups, alternatives and {@code ? * + {m} {m,} {m,n}}. A token is {@code
   * <[1234]>} or {@code <text>}, and {@code !<text>} is any other. Characters are Unicode code
   * points.
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
   * @param options how it is read
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
   * Takes the JSON values that are valid for a JSON Schema, of draft 2020-12 or with the spellings
   * of the drafts since 4. All keywords that say something about values are enforced, alone and
   * together; those that only describe, and unknown ones, are passed over. Of those that need a
   * word:
   *
   * <ul>
   *   <li>Members are written in the order in which they are declared, first those of {@code
   *       properties}, then those only in {@code required}; of schemas that are joined, in the
   *       order of the keywords that join them. Others follow in any order. Where {@code
   *       additionalProperties} is not said, only objects without declared properties get others,
   *       and where no {@code type} is said, values have one of the types that keywords are about.
   *   <li>{@code oneOf} is each branch without the others; {@code not} and {@code if} are exact.
   *   <li>{@code pattern} takes regular expressions of ECMA-262, anchored or not, with lookahead
   *       outside of repetitions; without back references, lookbehind and {@code \b}. Lengths count
   *       code points.
   *   <li>{@code format} means all formats of the standard, each within what its standard allows
   *       (e-mail addresses end in the domain of a country or a common generic one), and {@code
   *       int32} and {@code int64} of OpenAPI, whose {@code nullable} is known, too.
   *   <li>{@code $ref} leads to places in the schema, also by {@code $id} and {@code $anchor}.
   * </ul>
   *
   * <p>What is generated is always valid; not all that is valid can be generated: white space is
   * bounded, whole numbers have neither fraction nor exponent where only whole ones are valid, and
   * exponents have two digits. What cannot be enforced is refused with a {@link GrammarException}
   * that names its place by a JSON pointer.
   *
   * @param schema the schema, in JSON
   * @return the grammar
   */
  static Grammar jsonSchema(String schema) {
    return new JsonSchema(schema, JsonSchemaOptions.defaults());
  }

  /**
   * Takes the JSON values that are valid for a JSON Schema, as {@link #jsonSchema(String)} does but
   * for what options change.
   *
   * @param schema the schema, in JSON
   * @param options whether objects are open, what becomes of keywords that cannot be enforced, and
   *     the documents that the schema refers to
   * @return the grammar
   */
  static Grammar jsonSchema(String schema, JsonSchemaOptions options) {
    return new JsonSchema(schema, options);
  }
}
