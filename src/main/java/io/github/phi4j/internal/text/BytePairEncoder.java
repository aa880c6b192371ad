package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.api.IntArrayList;

/**
 * Encodes ordinary text, without special tokens. Thread-safe.
 *
 * <p>Encoding by ranks (merge the two neighbours that make the token of lowest id) and by a list of
 * pairs (merge the two neighbours that come first in the list) agree wherever token {@code 256 + k}
 * is made by merge {@code k} and is what the merges before it leave as two parts; ranks are then
 * encoded by jtokkit. Other vocabularies take the list.
 */
sealed interface BytePairEncoder permits RankEncoder, MergeEncoder {

  /** Appends the ids of a text that has no unpaired surrogates. */
  void encode(String text, IntArrayList ids);

  /** The encoder for a vocabulary. Expensive in time and memory compared with the rest of it. */
  static BytePairEncoder of(Vocabulary vocabulary, PreTokenizer preTokenizer) {
    if (preTokenizer.madeFor(vocabulary)) {
      return RankEncoder.builtIn(preTokenizer);
    }
    MergeEncoder merges = new MergeEncoder(vocabulary, preTokenizer);
    return merges.agreesWithRanks() ? RankEncoder.custom(vocabulary, preTokenizer) : merges;
  }
}
