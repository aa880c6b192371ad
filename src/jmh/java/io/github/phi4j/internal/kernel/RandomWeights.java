package io.github.phi4j.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Matrices of random blocks whose values are of the size that trained weights have. */
final class RandomWeights {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RandomWeights() {}

  static Matrix matrix(BlockFormat format, int rows, int columns, Arena arena) {
    long bytes = rows * format.type().rowBytes(columns);
    MemorySegment data = arena.allocate(bytes, 64);
    SplittableRandom random = new SplittableRandom(7);
    for (long at = 0; at + Long.BYTES <= bytes; at += Long.BYTES) {
      data.set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    int block = format.type().blockBytes();
    for (long at = 0; at < bytes; at += block) {
      switch (format.type()) {
        case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, weight(random));
        case F16 -> data.set(SHORT, at, Float.floatToFloat16(weight(random)));
        case BF16 -> data.set(SHORT, at, (short) (Float.floatToIntBits(weight(random)) >> 16));
        default -> {
          // The halves of a block are its scales; nothing else can be infinite.
          short scale = Float.floatToFloat16(0.002f);
          switch (format.type()) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> {
              data.set(SHORT, at, scale);
              data.set(SHORT, at + 2, scale);
            }
            case Q2_K -> {
              data.set(SHORT, at + 80, scale);
              data.set(SHORT, at + 82, scale);
            }
            case Q3_K -> data.set(SHORT, at + 108, scale);
            case Q6_K -> data.set(SHORT, at + 208, scale);
            default -> data.set(SHORT, at, scale);
          }
        }
      }
    }
    return new Matrix(format, data, rows, columns);
  }

  private static float weight(SplittableRandom random) {
    return (float) (random.nextDouble() - 0.5) * 0.1f;
  }
}
