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
}
