package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Quantizes activations to 8 bits with vectors, bit-identical to {@link Quantizer}. */
final class VectorQuantizer {

  /** At most eight lanes, since columns eight apart form a pair. */
  private static final VectorSpecies<Float> FLOATS =
      VectorWidth.LANES >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;

  private static final VectorSpecies<Integer> INTS =
      VectorWidth.LANES >= 8 ? IntVector.SPECIES_256 : IntVector.SPECIES_128;

  private static final int LANES = FLOATS.length();

  private VectorQuantizer() {}

  static void quantize(Activations x, int token) {
    int columns = x.columns();
    for (int group = 0; group < columns / Activations.GROUP; group++) {
      int at = token * columns + group * Activations.GROUP;
      float largest = largest(x.numbers(), at);
      int to = x.pairsAt(token) + group * Activations.GROUP / 2;
      round(x.numbers(), at, Quantizer.inverse(largest), x.pairs(), to);
      x.addUp(token, group, Quantizer.scale(largest));
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
    for (int i = 0; i < Activations.GROUP / 2; i += LANES) {
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
