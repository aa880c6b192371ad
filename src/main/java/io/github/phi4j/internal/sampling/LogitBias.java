package io.github.phi4j.internal.sampling;

import java.util.Map;

/** Adds a bias to the logits of selected tokens. */
final class LogitBias implements SamplingStep {

  private final int[] ids;
  private final float[] biases;

  LogitBias(Map<Integer, Float> bias) {
    ids = bias.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    biases = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      biases[i] = bias.get(ids[i]);
    }
  }

  @Override
  public void apply(Candidates candidates) {
    for (int i = 0; i < ids.length; i++) {
      candidates.setLogit(ids[i], candidates.logit(ids[i]) + biases[i]);
    }
  }
}
