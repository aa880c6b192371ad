package io.github.phi4j.eval;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The sampling probabilities of the letters at the letter of a reply to a multiple-choice question,
 * normalized to a sum of 1. The mean probability of the right letter estimates the share of right
 * replies with less variance.
 */
final class LetterProbabilities {

  /** The number of most probable tokens to examine; relevant letters are among them. */
  static final int CANDIDATES = 32;

  private LetterProbabilities() {}

  /**
   * Returns the probabilities in the order of the letters; empty if the letter is not a separate
   * token.
   */
  static List<Double> of(
      Completion completion, Tokenizer tokenizer, List<String> letters, Task task, Item item) {
    String letter = extracted(task, item, completion.text());
    int[] tokens = completion.tokens();
    if (!letters.contains(letter) || completion.logProbs().size() != tokens.length) {
      return List.of();
    }
    int index = tokens.length;
    String text;
    do {
      index--;
      text = tokenizer.decode(Arrays.copyOf(tokens, index));
    } while (index > 0 && extracted(task, item, text).equals(letter));
    String token = tokenizer.text(tokens[index]);
    Optional<TokenLogProb.Sampled> sampled = completion.logProbs().get(index).sampled();
    int at = token.toUpperCase(Locale.ROOT).indexOf(letter);
    if (at < 0 || sampled.isEmpty()) {
      return List.of();
    }
    String before = token.substring(0, at);
    String after = token.substring(at + 1);
    List<Double> probabilities =
        letters.stream()
            .map(other ->
                sampled.get().best().stream()
                    .filter(c -> tokenizer.text(c.id()).equals(before + other + after))
                    .mapToDouble(TokenLogProb.Candidate::probability)
                    .sum())
            .toList();
    // Normalized, since a reply without a letter here is scored elsewhere, or not at all.
    double any = probabilities.stream().mapToDouble(p -> p).sum();
    return any > 0 ? probabilities.stream().map(p -> p / any).toList() : List.of();
  }

  private static String extracted(Task task, Item item, String text) {
    return task.grade(item, Reply.of(text)).extracted();
  }
}
