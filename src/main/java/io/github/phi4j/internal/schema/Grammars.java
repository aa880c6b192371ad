package io.github.phi4j.internal.schema;

import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.grammar.CompilingCancelledException;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.TokenSource;
import io.github.phi4j.internal.grammar.Vocabulary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Compiles grammars for one vocabulary and caches the most recently used ones. Compilation holds no
 * lock, so two threads that request the same grammar at once may both compile it. Thread-safe.
 */
public final class Grammars {

  private static final int MAX_KEPT = 8;

  private final Vocabulary vocabulary;
  private final Map<Language, CompiledGrammar> compiled =
      new LinkedHashMap<>(16, 0.75f, true); // guarded by itself

  /** Creates a cache; the vocabulary is not read yet. */
  public Grammars(TokenSource source) {
    vocabulary = new Vocabulary(source);
  }

  /**
   * Returns the compiled grammar, from the cache if possible.
   *
   * @param cancelled whether the caller no longer needs the result
   * @throws GrammarException if the grammar is invalid
   * @throws CompilingCancelledException if cancelled
   */
  public CompiledGrammar compile(Language language, BooleanSupplier cancelled) {
    synchronized (compiled) {
      CompiledGrammar known = compiled.get(language);
      if (known != null) {
        return known;
      }
    }
    CompiledGrammar made = make(language, new Effort(cancelled));
    synchronized (compiled) {
      CompiledGrammar known = compiled.putIfAbsent(language, made);
      if (compiled.size() > MAX_KEPT) {
        compiled.remove(compiled.keySet().iterator().next());
      }
      return known == null ? made : known;
    }
  }

  private CompiledGrammar make(Language language, Effort effort) {
    return switch (language) {
      case Language.Calls calls ->
          vocabulary.compiled(
              ToolGrammar.of(calls.tools(), calls.choice(), calls.format(), effort));
      case Language.Given given ->
          switch (given.grammar()) {
            case Grammar.Gbnf gbnf -> vocabulary.gbnf(gbnf.text());
            case Grammar.JsonSchema json -> {
              SchemaGrammar schema = new SchemaGrammar(json.schema(), json.options(), effort);
              yield vocabulary.compiled(schema.automaton(), schema.unenforced());
            }
          };
    };
  }
}
