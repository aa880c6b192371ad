package io.github.phi4j.api;

/**
 * A custom sampling step.
 *
 * <p>It runs after logit bias, penalties and DRY, and before all truncating steps ({@link Sampling}
 * has the order), so it sees the whole vocabulary, except for tokens that an earlier custom sampler
 * removed; it also runs in greedy sampling. Impossible tokens, such as stop tokens before the
 * minimum number of tokens, already have the logit negative infinity.
 *
 * <p>It is called exactly once for each token of the text, in order, and for the stop token at the
 * end; the context is then everything before that token. This sampler never repeats the last token,
 * and makes line breaks less likely:
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
 * <p>A {@link Sampling} may serve many concurrent generations. A stateless sampler serves all of
 * them. A stateful one returns a new object from {@link #start} for each generation; it is called
 * by one thread at a time, not always the same one, with each call happening-before the next. An
 * exception ends the generation and propagates to its caller.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenSampler {

  /**
   * Changes logits, removes candidates, or chooses one.
   *
   * @param candidates the candidates; valid only until this method returns
   */
  void apply(TokenCandidates candidates);

  /**
   * Called once before each generation.
   *
   * @param seed the generation's seed: {@link Sampling#seed()}, or the random one chosen instead;
   *     if all randomness derives from it, the same seed gives the same text
   * @return the sampler of that generation; by default, this one
   */
  default TokenSampler start(long seed) {
    return this;
  }
}
