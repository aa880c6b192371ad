package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.TokenCandidates;
import io.github.phi4j.api.TokenSampler;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntPredicate;

/** A user-defined step, which sees the candidates through the public API. */
final class PluggedSampler implements SamplingStep, TokenCandidates {

  private final TokenSampler sampler;
  private Candidates candidates;

  PluggedSampler(TokenSampler sampler) {
    this.sampler = sampler;
  }

  @Override
  public void apply(Candidates current) {
    candidates = current;
    try {
      sampler.apply(this);
    } finally {
      candidates = null;
    }
  }

  private Candidates candidates() {
    if (candidates == null) {
      throw new IllegalStateException(
          "these candidates are no longer valid: a token sampler may use them only until it"
              + " returns");
    }
    return candidates;
  }

  private int checked(int index) {
    return Objects.checkIndex(index, candidates().size());
  }

  @Override
  public int size() {
    return candidates().size();
  }

  @Override
  public int id(int index) {
    return candidates.id(checked(index));
  }

  @Override
  public int indexOf(int id) {
    return Math.max(-1, Arrays.binarySearch(candidates().ids(), 0, candidates.size(), id));
  }

  @Override
  public float logit(int index) {
    return candidates.logit(checked(index));
  }

  @Override
  public void setLogit(int index, float logit) {
    checked(index);
    if (!(logit < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a logit must be a finite number or negative infinity, not " + logit);
    }
    candidates.logits()[index] = logit;
  }

  @Override
  public void keep(IntPredicate ids) {
    candidates().keepIds(ids);
  }

  @Override
  public void choose(int index) {
    if (logit(index) == Float.NEGATIVE_INFINITY) {
      throw new IllegalArgumentException(
          "token " + id(index) + " cannot be chosen: its logit is negative infinity");
    }
    candidates.keepOnly(index);
  }

  @Override
  public int contextLength() {
    return candidates().contextLength();
  }

  @Override
  public int contextToken(int position) {
    return candidates().context()[Objects.checkIndex(position, candidates.contextLength())];
  }
}
