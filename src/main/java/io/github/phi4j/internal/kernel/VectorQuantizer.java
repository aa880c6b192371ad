package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Rounds activations to 8 bits on vectors: the same bits as {@link Quantizer}. */
final class VectorQuantizer {

  /** Of at most eight lanes, since numbers that stand eight apart make a pair. */
  private static final VectorSpecies<Float> FLOATS =
      VectorKernels.LANES >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;

  private static final VectorSpecies<Integer> INTS =
      VectorKernels.LANES >= 8 ? IntVector.SPECIES_256 : IntVector.SPECIES_128;

  private static final int LANES = FLOATS.length();

  private VectorQuantizer() {}

  static void quantize(float[] x, int from, QuantizedVector out) {
    for (int group = 0; group < out.columns() / QuantizedVector.GROUP; group++) {
      int at = from + group * QuantizedVector.GROUP;
      float largest = largest(x, at);
      out.scales()[group] = Quantizer.scale(largest);
      round(x, at, Quantizer.inverse(largest), out.pairs(), group * QuantizedVector.GROUP / 2);
      out.addUp(group);
    }
  }

  private static float largest(float[] x, int at) {
    FloatVector largest = FloatVector.zero(FLOATS);
    for (int i = 0; i < QuantizedVector.GROUP; i += LANES) {
      largest = largest.max(FloatVector.fromArray(FLOATS, x, at + i).abs());
    }
    return largest.reduceLanes(MAX);
  }

  private static void round(float[] x, int at, float inverse, float[] pairs, int to) {
    FloatVector scale = FloatVector.broadcast(FLOATS, inverse);
    FloatVector rounding = FloatVector.broadcast(FLOATS, Quantizer.ROUNDING);
    IntVector bias = rounding.reinterpretAsInts();
    IntVector half = IntVector.broadcast(INTS, 0xffff);
    for (int i = 0; i < QuantizedVector.GROUP / 2; i += LANES) {
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
