package io.github.phi4j.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector width of all kernels: the processor's widest, unless forced. */
final class VectorWidth {

  /** The system property that forces a width. */
  static final String PROPERTY = "phi4j.kernels";

  private static final VectorShape SHAPE = shape();

  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);

  /** The floats, or ints, of a vector. */
  static final int LANES = FLOATS.length();

  /** The shorts of a vector. */
  static final int SHORT_LANES = SHORTS.length();

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  /** The vector registers to plan for: 32 with 512-bit vectors and on ARM, otherwise 16. */
  static final int REGISTERS = LANES == 16 || ARM ? 32 : 16;

  /** Whether instructions that shift 16-bit lanes by a constant contain it, as C2 writes them. */
  static final boolean SHORT_SHIFTS_ARE_IMMEDIATE = ARM;

  private VectorWidth() {}

  private static VectorShape shape() {
    String bits = System.getProperty(PROPERTY, "");
    return switch (bits) {
      case "128", "256", "512" -> VectorShape.forBitSize(Integer.parseInt(bits));
      default -> {
        VectorShape preferred = FloatVector.SPECIES_PREFERRED.vectorShape();
        yield preferred.vectorBitSize() > 512 ? VectorShape.S_512_BIT : preferred;
      }
    };
  }
}
