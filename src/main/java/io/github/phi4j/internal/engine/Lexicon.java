package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Sampling;
import io.github.phi4j.internal.grammar.CompiledGrammar;
import io.github.phi4j.internal.sampling.SequenceBreakers;
import io.github.phi4j.internal.schema.Grammars;
import io.github.phi4j.internal.schema.Language;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A model's tokens and derived data for generations, computed once. Thread-safe. */
final class Lexicon {

  private final GgufTokenizer tokenizer;
  private final int[] neverSampled;
  private final Grammars grammars;
  private volatile FoundBreakers breakers = new FoundBreakers(List.of(), SequenceBreakers.NONE);

  private record FoundBreakers(List<String> texts, SequenceBreakers breakers) {}

  /**
   * Creates the lexicon of a model.
   *
   * @param logits the length of the model's logits, which may exceed the vocabulary
   */
  Lexicon(GgufTokenizer tokenizer, int logits) {
    this.tokenizer = tokenizer;
    neverSampled = tokenizer.unusable(logits);
    grammars = new Grammars(new ModelTokens(tokenizer));
  }

  GgufTokenizer tokenizer() {
    return tokenizer;
  }

  /** Ids that are no tokens. */
  int[] neverSampled() {
    return neverSampled;
  }

  /** Compiles a grammar, or returns a cached one; stops once cancelled. */
  CompiledGrammar compile(Language language, BooleanSupplier cancelled) {
    return grammars.compile(language, cancelled);
  }

  /** The DRY sequence breakers of a sampling, cached for the last texts. */
  SequenceBreakers sequenceBreakers(Sampling sampling) {
    List<String> texts = sampling.dry().map(Sampling.Dry::sequenceBreakers).orElse(List.of());
    if (texts.isEmpty()) {
      return SequenceBreakers.NONE;
    }
    FoundBreakers found = breakers;
    if (!found.texts().equals(texts)) {
      found = new FoundBreakers(texts, SequenceBreakers.of(texts, tokenizer));
      breakers = found;
    }
    return found.breakers();
  }
}
