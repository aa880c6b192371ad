package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Quantizes activations to 8 bits with vectors, bit-identical to {@link Quantizer}. */
final class VectorQuantizer {

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;

  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;

  private static final int LANES = VectorWidth.LANES;

  /**
   * Columns a step: pairs have columns eight apart, so only eight adjacent columns make adjacent
   * pairs. The next step overwrites what a longer vector wrote beyond them.
   */
  private static final int STEP = Math.min(LANES, 8);

  private VectorQuantizer() {}

  static void quantize(Activations x, int token, int from, int end) {
    int groups = end / Activations.GROUP;
    int whole = LANES > STEP ? groups - 1 : groups; // the last vector would leave these columns
    for (int group = from / Activations.GROUP; group < whole; group++) {
      int at = token * x.columns() + group * Activations.GROUP;
      float largest = largest(x.numbers(), at);
      int to = x.pairsAt(token) + group * Activations.GROUP / 2;
      round(x.numbers(), at, Quantizer.inverse(largest), x.pairs(), to);
      x.addUp(token, group, Quantizer.scale(largest));
    }
    for (int group = whole; group < groups; group++) {
      Quantizer.quantize(x, token, group);
    }
  }

  private static float largest(float[] x, int at) {
    FloatVector largest = FloatVector.zero(FLOATS);
    for (int i = 0; i < Activations.GROUP; i += LANES) {
      largest = largest.max(FloatVector.fromArray(FLOATS, x, at + i).abs());
    }
    return largest.reduceLanes(MAX);
  }

  private static void round(float[] x, int at, float inverse, float[] pairs, int to) {
    FloatVector scale = FloatVector.broadcast(FLOATS, inverse);
    FloatVector rounding = FloatVector.broadcast(FLOATS, Quantizer.ROUNDING);
    IntVector bias = rounding.reinterpretAsInts();
    IntVector half = IntVector.broadcast(INTS, 0xffff);
    for (int i = 0; i < Activations.GROUP / 2; i += STEP) {
      int column = at + i / 8 * 16 + i % 8;
      FloatVector low = FloatVector.fromArray(FLOATS, x, column).mul(scale).add(rounding);
      FloatVector high = FloatVector.fromArray(FLOATS, x, column + 8).mul(scale).add(rounding);
      low.reinterpretAsInts()
          .sub(bias)
          .and(half)
          .or(high.reinterpretAsInts().sub(bias).lanewise(LSHL, 16))
          .reinterpretAsFloats()
          .intoArray(pairs, to + i);
    }
  }
}
