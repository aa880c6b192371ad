package io.github.phi4j.api;

import java.util.function.IntPredicate;

/**
 * The candidates for the next token, as seen by a {@link TokenSampler}, in ascending order of ids;
 * as long as none was removed, a token's index is its id. No method allocates.
 *
 * @since 0.1.0
 */
public interface TokenCandidates {

  /**
   * Returns the number of candidates.
   *
   * @return at least 1
   */
  int size();

  /**
   * Returns the id of a candidate.
   *
   * @param index from 0 to below {@link #size()}
   * @return the token id
   * @throws IndexOutOfBoundsException if there is no such candidate
   */
  int id(int index);

  /**
   * Returns the index of a token.
   *
   * @param id a token id
   * @return its index, or −1 if it is not among the candidates
   */
  int indexOf(int id);

  /**
   * Returns the logit of a candidate.
   *
   * @param index from 0 to below {@link #size()}
   * @return the logit; negative infinity if the token is impossible
   * @throws IndexOutOfBoundsException if there is no such candidate
   */
  float logit(int index);

  /**
   * Replaces the logit of a candidate.
   *
   * @param index from 0 to below {@link #size()}
   * @param logit a finite number, or negative infinity to make the token impossible
   * @throws IndexOutOfBoundsException if there is no such candidate
   * @throws IllegalArgumentException if the logit is not a number or positive infinity
   */
  void setLogit(int index, float logit);

  /**
   * Removes candidates. The indices of the remaining ones change, but not their order.
   *
   * @param ids whether to keep a token id
   * @throws NoTokenLeftException if none is kept
   */
  void keep(IntPredicate ids);

  /**
   * Chooses a candidate and removes all others.
   *
   * @param index from 0 to below {@link #size()}
   * @throws IndexOutOfBoundsException if there is no such candidate
   * @throws IllegalArgumentException if its logit is negative infinity
   */
  void choose(int index);

  /**
   * Returns the number of tokens so far, including the prompt.
   *
   * @return at least 1
   */
  int contextLength();

  /**
   * Returns a token of the context.
   *
   * @param position from 0, the start of the prompt, to below {@link #contextLength()}
   * @return its id
   * @throws IndexOutOfBoundsException if there is no such position
   */
  int contextToken(int position);
}
