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
 */
public sealed interface Grammar {

  /**
   * Text in GBNF, the notation of llama.cpp.
   *
   * @param text the rules
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
   */
  record JsonSchema(String schema) implements Grammar {

    /** Creates a grammar. */
    public JsonSchema {
      Objects.requireNonNull(schema, "schema");
    }
  }

  /**
   * Takes the JSON values that are valid for a JSON Schema, of draft 2020-12 or with the spellings
   * of draft 7:
   *
   * <ul>
   *   <li>{@code type enum const}, {@code $ref} within the schema, recursive or not, {@code $defs
   *       definitions}, {@code anyOf}, {@code allOf} (joined), and {@code oneOf} where no value can
   *       be valid for two branches;
   *   <li>{@code properties required additionalProperties}, written in the order in which they are
   *       declared; where {@code additionalProperties} is not said, only objects without declared
   *       properties get others;
   *   <li>{@code items prefixItems minItems maxItems};
   *   <li>{@code minLength maxLength}, in code points; {@code format}: date, time, date-time, uuid,
   *       email (in the domain of a country, or a common generic one such as com, org, net, edu,
   *       info), ipv4; {@code pattern}: regular expressions without looking around, back
   *       references, {@code \b} and {@code \p}, anchored or not;
   *   <li>{@code minimum maximum exclusiveMinimum exclusiveMaximum}, exact to the digit.
   * </ul>
   *
   * <p>What is generated is always valid; not all that is valid can be generated: white space is
   * bounded, and numbers without bounds have up to 16 digits. Keywords that only describe ({@code
   * title description default examples} and the like, and names that begin with {@code x-}) are
   * passed over. All else that a schema may say is refused with a {@link GrammarException} that
   * names its place by a JSON pointer; nothing is left unenforced.
   *
   * @param schema the schema, in JSON
   * @return the grammar
   */
  static Grammar jsonSchema(String schema) {
    return new JsonSchema(schema);
  }
}
