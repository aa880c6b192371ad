package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.api.IntArrayList;

/**
 * Encodes ordinary text, without special tokens. Thread-safe.
 *
 * <p>There are two algorithms: by ranks (merge the neighbours whose token has the lowest id) and by
 * a merge list (merge the neighbours that come first in the list). They agree if merge {@code k}
 * makes token {@code 256 + k} of the two parts that the earlier merges leave; jtokkit then encodes
 * by ranks. Other vocabularies use the list.
 */
sealed interface BytePairEncoder permits RankEncoder, MergeEncoder {

  /** Appends the ids of a text without unpaired surrogates. */
  void encode(String text, IntArrayList ids);

  /**
   * Creates the encoder of a vocabulary, which takes more time and memory than all else in a
   * tokenizer.
   */
  static BytePairEncoder of(Vocabulary vocabulary, PreTokenizer preTokenizer) {
    if (preTokenizer.madeFor(vocabulary)) {
      return RankEncoder.builtIn(preTokenizer);
    }
    MergeEncoder merges = new MergeEncoder(vocabulary, preTokenizer);
    return merges.agreesWithRanks() ? RankEncoder.custom(vocabulary, preTokenizer) : merges;
  }
}
