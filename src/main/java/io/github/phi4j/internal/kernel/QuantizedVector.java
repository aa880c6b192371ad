package io.github.phi4j.internal.kernel;

/**
 * A vector of activations rounded to 8 bits, as packed products take it. Each 32 numbers share a
 * scale, and each is at most 127 in magnitude. Reused; not thread-safe while it is written.
 *
 * <p>Columns {@code c} and {@code c + 8} of each sixteen stand in the low and the high half of one
 * word. Words are kept as the bits of floats, since C2 loads and broadcasts a float in one step.
 */
public final class QuantizedVector {

  /** The numbers that share a scale. */
  static final int GROUP = 32;

  private final float[] pairs;
  private final float[] starts16;
  private final float[] starts32;
  private final float[] scales;
  private final float[] totals;
  private final float[] totals16;
  private int columns;

  QuantizedVector(int maxColumns) {
    pairs = new float[maxColumns / 2];
    starts16 = new float[maxColumns / 16];
    starts32 = new float[maxColumns / GROUP];
    scales = new float[maxColumns / GROUP];
    totals = new float[maxColumns / GROUP];
    totals16 = new float[maxColumns / 16];
  }

  /** (columns / 2), pairs of numbers as the bits of floats. */
  float[] pairs() {
    return pairs;
  }

  /** (columns / 16), pairs of the negative sums of eight low and of eight high numbers. */
  float[] starts16() {
    return starts16;
  }

  /** (columns / 32), the same over two sixteens. */
  float[] starts32() {
    return starts32;
  }

  /** (columns / 32), what one is worth. */
  float[] scales() {
    return scales;
  }

  /** (columns / 32), the sums of the rounded activations. */
  float[] totals() {
    return totals;
  }

  /** (columns / 16), the same of sixteen columns each. */
  float[] totals16() {
    return totals16;
  }

  /** The length of the vector that is held now. */
  int columns() {
    return columns;
  }

  /** Takes the length of the next vector. */
  void resize(int newColumns) {
    if (newColumns % GROUP != 0 || newColumns / 2 > pairs.length) {
      throw new IllegalArgumentException(
          "%d columns, where multiples of %d up to %d have room"
              .formatted(newColumns, GROUP, 2 * pairs.length));
    }
    columns = newColumns;
  }

  /** The rounded number of a column. */
  int quant(int column) {
    int pair = Float.floatToRawIntBits(pairs[column / 16 * 8 + column % 8]);
    return column % 16 < 8 ? (short) pair : pair >> 16;
  }

  /** Fills in what follows from the pairs and the scale of a group. */
  void addUp(int group) {
    int first = addUpSixteen(2 * group);
    int second = addUpSixteen(2 * group + 1);
    int low = (short) first + (short) second;
    int high = (first >> 16) + (second >> 16);
    starts32[group] = pair(low, high);
    totals[group] = scales[group] * -(low + high);
    totals16[2 * group] = scales[group] * -((short) first + (first >> 16));
    totals16[2 * group + 1] = scales[group] * -((short) second + (second >> 16));
  }

  private int addUpSixteen(int sixteen) {
    int low = 0;
    int high = 0;
    for (int i = 8 * sixteen; i < 8 * sixteen + 8; i++) {
      int pair = Float.floatToRawIntBits(pairs[i]);
      low -= (short) pair;
      high -= pair >> 16;
    }
    float start = pair(low, high);
    starts16[sixteen] = start;
    return Float.floatToRawIntBits(start);
  }

  private static float pair(int low, int high) {
    return Float.intBitsToFloat((low & 0xffff) | (high << 16));
  }
}
