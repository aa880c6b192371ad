package io.github.phi4j.api;

import java.util.function.IntPredicate;

/**
 * The tokens that may come next, as a {@link TokenSampler} sees them. They stand in the rising
 * order of their ids; as long as none was left out, a token's index is its id. Nothing here
 * allocates.
 *
 * @since 0.1.0
 */
public interface TokenCandidates {

  /**
   * The number of candidates.
   *
   * @return at least 1
   */
  int size();

  /**
   * The id of a candidate.
   *
   * @param index from 0 to below {@link #size()}
   * @return the token id
   * @throws IndexOutOfBoundsException if there is no such candidate
   */
  int id(int index);

  /**
   * Where a token stands.
   *
   * @param id a token id
   * @return its index, or −1 if it is not among the candidates
   */
  int indexOf(int id);

  /**
   * The logit of a candidate.
   *
   * @param index from 0 to below {@link #size()}
   * @return the logit; negative infinity if the token cannot come
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
   * Leaves out candidates. The others move together: their indices change, their order does not.
   *
   * @param ids whether the token with an id is kept
   * @throws NoTokenLeftException if none is kept
   */
  void keep(IntPredicate ids);

  /**
   * Chooses a candidate: all others are left out.
   *
   * @param index from 0 to below {@link #size()}
   * @throws IndexOutOfBoundsException if there is no such candidate
   * @throws IllegalArgumentException if its logit is negative infinity
   */
  void choose(int index);

  /**
   * The number of tokens so far, prompt included.
   *
   * @return at least 1
   */
  int contextLength();

  /**
   * A token of the context.
   *
   * @param position from 0, the start of the prompt, to below {@link #contextLength()}
   * @return its id
   * @throws IndexOutOfBoundsException if there is no such position
   */
  int contextToken(int position);
}
