package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.lang.foreign.MemorySegment;

/**
 * A format of unsigned quants of up to six bits, in groups that share a scale and perhaps a
 * minimum. A number is {@code d·scale·(quant − zero)} or {@code d·scale·quant − dMin·min}, where
 * {@code d} and {@code dMin} are halves of the block, {@code scale} and {@code min} integers of the
 * group.
 */
abstract sealed class QuantFormat extends BlockFormat
    permits Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K {

  /** The place of {@code dMin} in formats without minimums. */
  static final int NONE = -1;

  private final int bits;
  private final int group;
  private final int zero;
  private final int scaleAt;
  private final int minAt;

  /**
   * Creates a format.
   *
   * @param bits the bits of a quant
   * @param group columns that share a scale
   * @param zero the quant of the number zero, or 0 in formats with minimums
   * @param scaleAt the byte offset of {@code d} in a block
   * @param minAt the byte offset of {@code dMin} in a block, or {@link #NONE}
   */
  QuantFormat(GgmlType type, int bits, int group, int zero, int scaleAt, int minAt) {
    super(type);
    this.bits = bits;
    this.group = group;
    this.zero = zero;
    this.scaleAt = scaleAt;
    this.minAt = minAt;
  }

  final int bits() {
    return bits;
  }

  /** Columns that share a scale. */
  final int group() {
    return group;
  }

  /** The quant of the number zero, or 0 in formats with minimums. */
  final int zero() {
    return zero;
  }

  final boolean hasMinimums() {
    return minAt != NONE;
  }

  @Override
  final int halfOffset() {
    return scaleAt;
  }

  /** Writes the quants of the block at byte {@code at} to {@code out[o..]}. */
  abstract void quants(MemorySegment data, long at, float[] out, int o);

  /** The scale of group {@code j} of the block at byte {@code at}. */
  abstract int scale(MemorySegment data, long at, int j);

  /** The minimum of group {@code j}, in formats that have minimums. */
  int min(MemorySegment data, long at, int j) {
    throw new IllegalStateException(type() + " has no minimums");
  }

  @Override
  final void dequantizeBlock(MemorySegment data, long at, float[] out, int o) {
    quants(data, at, out, o);
    float d = half(data, at + scaleAt);
    float dMin = hasMinimums() ? half(data, at + minAt) : 0;
    for (int j = 0; j < type().blockLength() / group; j++) {
      float scale = d * scale(data, at, j);
      float min = hasMinimums() ? dMin * min(data, at, j) : 0;
      for (int i = o + j * group; i < o + (j + 1) * group; i++) {
        out[i] = hasMinimums() ? scale * out[i] - min : scale * (out[i] - zero);
      }
    }
  }

  /** Reads the quants of the blocks of 256 columns. */
  final void readQuants(MemorySegment data, long at, QuantBlock out) {
    int length = type().blockLength();
    for (int b = 0; b < PackedLayout.BLOCK / length; b++) {
      quants(data, at + (long) b * type().blockBytes(), out.quants, b * length);
    }
  }

  /** Reads the scales and minimums of the blocks of 256 columns. */
  final void readScales(MemorySegment data, long at, QuantBlock out) {
    int length = type().blockLength();
    int groups = length / group;
    for (int b = 0; b < PackedLayout.BLOCK / length; b++) {
      long block = at + (long) b * type().blockBytes();
      float d = half(data, block + scaleAt);
      float dMin = hasMinimums() ? half(data, block + minAt) : 0;
      for (int j = 0; j < groups; j++) {
        int g = b * groups + j;
        out.d[g] = d;
        out.scale[g] = scale(data, block, j);
        if (hasMinimums()) {
          out.dMin[g] = dMin;
          out.min[g] = min(data, block, j);
        }
      }
    }
  }
}
