package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A batch of activation vectors, in 32-bit floats and quantized to 8 bits for packed products. Each
 * group of 32 values shares a scale, and quantized values are at most 127 in magnitude. Reused; not
 * thread-safe during writes, except that different columns and vectors may be quantized
 * concurrently.
 *
 * <p>Columns {@code c} and {@code c + 8} of each sixteen occupy the low and the high half of one
 * word. Words are stored as float bits, since C2 folds a float load and broadcast into one step.
 */
public final class Activations {

  /** Values that share a scale. */
  static final int GROUP = 32;

  /** Padding between vectors, so that they do not all map to the same few cache sets. */
  private static final int PADDING = 16;

  private final List<QuantLayout> layouts = new ArrayList<>();
  private final Map<GgmlType, float[]> factors = new EnumMap<>(GgmlType.class);
  private float[] x = {};
  private float[] pairs = {};
  private GroupValues sixteens = new GroupValues(0);
  private GroupValues thirtyTwos = new GroupValues(0);
  private int columns;
  private int tokens;

  /** Sets the next batch, (tokens, columns); its vectors are then quantized one by one. */
  void set(float[] input, int newColumns, int newTokens) {
    layouts.clear();
    x = input;
    columns = newColumns;
    tokens = newTokens;
  }

  /** Adds a layout whose rows the batch will be multiplied with. */
  void prepareFor(QuantLayout layout) {
    for (int i = 0; i < layouts.size(); i++) {
      if (layouts.get(i).type() == layout.type()) {
        return;
      }
    }
    layouts.add(layout);
  }

  /** Layouts of the coming products; if there are none, nothing is quantized. */
  List<QuantLayout> layouts() {
    return layouts;
  }

  /** Allocates the values derived from quantization. */
  void reserve() {
    if (columns % GROUP != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%d columns, where a multiple of %d is needed", columns, GROUP));
    }
    if (pairs.length < tokens * pairStride()) {
      pairs = new float[tokens * pairStride()];
    }
    int numbers = tokens * columns;
    if (thirtyTwos.scales().length < numbers / GROUP) {
      sixteens = new GroupValues(numbers / 16);
      thirtyTwos = new GroupValues(numbers / GROUP);
    }
    for (int i = 0; i < layouts.size(); i++) {
      QuantLayout layout = layouts.get(i);
      int length = together() ? 0 : factorsAt(layout, tokens);
      float[] before = factors.get(layout.type());
      if (before == null || before.length < length) {
        factors.put(layout.type(), new float[length]);
      }
    }
  }

  /** (tokens, columns), in 32-bit floats. */
  float[] numbers() {
    return x;
  }

  /** Pairs of quantized values as float bits; a vector's pairs start at {@link #pairsAt}. */
  float[] pairs() {
    return pairs;
  }

  int pairsAt(int token) {
    return token * pairStride();
  }

  /** The stride between the pairs of successive vectors. */
  int pairStride() {
    return columns / 2 + PADDING;
  }

  /** The derived values for groups of 16 or of 32 columns. */
  GroupValues groups(int length) {
    return length == GROUP ? thirtyTwos : sixteens;
  }

  /** Whether the vectors are multiplied together, not one by one. */
  boolean together() {
    return tokens >= PackedTile.FEWEST_TOKENS;
  }

  /** The factors of a layout's words, for vectors that are multiplied one by one. */
  float[] factors(QuantLayout layout) {
    return factors.get(layout.type());
  }

  /** Writes the factors of quantized columns of a vector, unless they are not needed. */
  void writeFactors(QuantLayout layout, int token, int from, int to) {
    if (!together()) {
      int first = from / layout.group();
      layout
          .taps()
          .writeFactors(
              pairs,
              pairsAt(token) + from / 2,
              (to - from) / layout.group(),
              groups(layout.group()).starts(),
              token * (columns / layout.group()) + first,
              layout.bias(),
              factors(layout),
              factorsAt(layout, token) + first * layout.taps().factorsPerGroup());
    }
  }

  /** The start of a vector's factors. */
  int factorsAt(QuantLayout layout, int token) {
    return token * (columns / layout.group()) * layout.taps().factorsPerGroup();
  }

  int columns() {
    return columns;
  }

  int tokens() {
    return tokens;
  }

  /** The quantized value of a column. */
  int quant(int token, int column) {
    int pair = Float.floatToRawIntBits(pairs[pairsAt(token) + column / 16 * 8 + column % 8]);
    return column % 16 < 8 ? (short) pair : pair >> 16;
  }

  /** Sets the values derived from the pairs of a group of 32 and its scale. */
  void addUp(int token, int group, float scale) {
    int at = token * (columns / GROUP) + group;
    int first = addUpSixteen(token, 2 * group, scale);
    int second = addUpSixteen(token, 2 * group + 1, scale);
    int low = (short) first + (short) second;
    int high = (first >> 16) + (second >> 16);
    thirtyTwos.starts()[at] = pair(low, high);
    thirtyTwos.scales()[at] = scale;
    thirtyTwos.totals()[at] = scale * -(low + high);
  }

  private int addUpSixteen(int token, int group, float scale) {
    int low = 0;
    int high = 0;
    int from = pairsAt(token) + 8 * group;
    for (int i = from; i < from + 8; i++) {
      int pair = Float.floatToRawIntBits(pairs[i]);
      low -= (short) pair;
      high -= pair >> 16;
    }
    int at = token * (columns / 16) + group;
    float start = pair(low, high);
    sixteens.starts()[at] = start;
    sixteens.scales()[at] = scale;
    sixteens.totals()[at] = scale * -(low + high);
    return Float.floatToRawIntBits(start);
  }

  private static float pair(int low, int high) {
    return Float.intBitsToFloat((low & 0xffff) | (high << 16));
  }
}
