package io.github.phi4j.api;

/**
 * A step of a program's own in the choice of each token.
 *
 * <p>It stands after logit bias, penalties and DRY and before all steps that leave out tokens
 * ({@link Sampling} tells the order), so that it finds the whole vocabulary, save what a sampler
 * before it left out; it also runs where sampling is greedy. Tokens that cannot come, such as an
 * end of the turn before the minimum of tokens, have the logit negative infinity already.
 *
 * <p>It is called exactly once for each token of the text, in order, and for the stop token that
 * ends it; the context is then always what precedes that token. This one never repeats the last
 * token, and makes line breaks rarer:
 *
 * <pre>{@code
 * int lineBreak = generator.tokenizer().encode("\n")[0];
 * TokenSampler sampler =
 *     candidates -> {
 *       int last = candidates.contextToken(candidates.contextLength() - 1);
 *       candidates.keep(id -> id != last);
 *       int index = candidates.indexOf(lineBreak);
 *       if (index >= 0) {
 *         candidates.setLogit(index, candidates.logit(index) - 2);
 *       }
 *     };
 * Sampling sampling = Sampling.builder().temperature(0.7f).samplers(sampler).build();
 * }</pre>
 *
 * <p>A {@link Sampling} may serve many generations, also at the same time. A sampler without state
 * serves them all as it is. One with state returns a new object from {@link #start}, which serves
 * one generation: one thread at a time calls it, not always the same one, and each call sees what
 * the one before did. An exception ends the generation and reaches its caller.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenSampler {

  /**
   * Changes logits, leaves out candidates, or chooses one.
   *
   * @param candidates the tokens that may come next; only to be used until this method returns
   */
  void apply(TokenCandidates candidates);

  /**
   * Called once before each generation.
   *
   * @param seed the generation's seed: that of {@link Sampling#seed()}, or the one taken in its
   *     place; with randomness from nothing else, the same seed gives the same text
   * @return the sampler of that generation; this one, unless it is overridden
   */
  default TokenSampler start(long seed) {
    return this;
  }
}
