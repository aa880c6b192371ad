package io.github.phi4j.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;

/** The vector width of all kernels: the processor's widest, unless forced. */
final class VectorWidth {

  private VectorWidth() {}

  static VectorShape shape() {
    String bits = System.getProperty(KernelProvider.PROPERTY, "");
    return switch (bits) {
      case "128", "256", "512" -> VectorShape.forBitSize(Integer.parseInt(bits));
      default -> {
        VectorShape preferred = FloatVector.SPECIES_PREFERRED.vectorShape();
        yield preferred.vectorBitSize() > 512 ? VectorShape.S_512_BIT : preferred;
      }
    };
  }
}
