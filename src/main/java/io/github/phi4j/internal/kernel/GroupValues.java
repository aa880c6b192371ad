package io.github.phi4j.internal.kernel;

/** Values derived from the quantized activations of each group of columns: (tokens, groups). */
final class GroupValues {

  private final float[] starts;
  private final float[] scales;
  private final float[] totals;

  GroupValues(int count) {
    starts = new float[count];
    scales = new float[count];
    totals = new float[count];
  }

  /** Pairs of negated sums, of the low and of the high columns. */
  float[] starts() {
    return starts;
  }

  /** The groups' scales. */
  float[] scales() {
    return scales;
  }

  /** Negated sums of the quantized activations, times the scale. */
  float[] totals() {
    return totals;
  }
}
