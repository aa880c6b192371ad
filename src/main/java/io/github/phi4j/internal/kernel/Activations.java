package io.github.phi4j.internal.kernel;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A batch of vectors of activations, as they are and rounded to 8 bits, as packed products take
 * them. Each 32 numbers share a scale, and each is at most 127 in magnitude. Reused; not
 * thread-safe while it is written, though different vectors may be rounded at a time.
 *
 * <p>Columns {@code c} and {@code c + 8} of each sixteen stand in the low and the high half of one
 * word. Words are kept as the bits of floats, since C2 loads and broadcasts a float in one step.
 */
public final class Activations {

  /** The numbers that share a scale. */
  static final int GROUP = 32;

  /** Between vectors, so that not all of them share the same few sets of a cache. */
  private static final int PADDING = 16;

  /** What follows from the rounded numbers of each group of columns: (tokens, groups). */
  static final class Groups {
    private final float[] starts;
    private final float[] scales;
    private final float[] totals;

    private Groups(int count) {
      starts = new float[count];
      scales = new float[count];
      totals = new float[count];
    }

    /** Pairs of the negative sums of the low and of the high numbers. */
    float[] starts() {
      return starts;
    }

    /** What one is worth. */
    float[] scales() {
      return scales;
    }

    /** The sums of the rounded activations. */
    float[] totals() {
      return totals;
    }
  }

  private final List<PackedQuants> layouts = new ArrayList<>();
  private final Map<GgmlType, float[]> factors = new EnumMap<>(GgmlType.class);
  private float[] x = {};
  private float[] pairs = {};
  private Groups sixteens = new Groups(0);
  private Groups thirtyTwos = new Groups(0);
  private int columns;
  private int tokens;

  /** Takes the next batch, (tokens, columns); its vectors are rounded one by one after that. */
  void set(float[] input, int newColumns, int newTokens) {
    layouts.clear();
    x = input;
    columns = newColumns;
    tokens = newTokens;
  }

  /** Says that the batch will be multiplied with rows in a layout. */
  void prepareFor(PackedQuants layout) {
    for (int i = 0; i < layouts.size(); i++) {
      if (layouts.get(i).type() == layout.type()) {
        return;
      }
    }
    layouts.add(layout);
  }

  /** The layouts that the batch will be multiplied with; none means that nothing is rounded. */
  List<PackedQuants> layouts() {
    return layouts;
  }

  /** Makes room for what follows from the rounding of the batch. */
  void reserve() {
    if (columns % GROUP != 0) {
      throw new IllegalArgumentException(
          "%d columns, where a multiple of %d is needed".formatted(columns, GROUP));
    }
    if (pairs.length < tokens * pairStride()) {
      pairs = new float[tokens * pairStride()];
    }
    int numbers = tokens * columns;
    if (thirtyTwos.scales.length < numbers / GROUP) {
      sixteens = new Groups(numbers / 16);
      thirtyTwos = new Groups(numbers / GROUP);
    }
    for (int i = 0; i < layouts.size(); i++) {
      PackedQuants layout = layouts.get(i);
      int length = factorsAt(layout, tokens);
      float[] before = factors.get(layout.type());
      if (before == null || before.length < length) {
        factors.put(layout.type(), new float[length]);
      }
    }
  }

  /** (tokens, columns), as they are. */
  float[] numbers() {
    return x;
  }

  /** Pairs of numbers as the bits of floats; those of a vector start at {@link #pairsAt}. */
  float[] pairs() {
    return pairs;
  }

  int pairsAt(int token) {
    return token * pairStride();
  }

  /** From the pairs of a vector to those of the next. */
  int pairStride() {
    return columns / 2 + PADDING;
  }

  /** What follows for groups of 16 or of 32 columns. */
  Groups groups(int length) {
    return length == GROUP ? thirtyTwos : sixteens;
  }

  /** How many vectors are multiplied together with others: the first ones. */
  int together() {
    return tokens / PackedTile.TOKENS * PackedTile.TOKENS;
  }

  /** What the words of a layout are multiplied with, of the vectors that are multiplied alone. */
  float[] factors(PackedQuants layout) {
    return factors.get(layout.type());
  }

  /** Where those of a vector start. */
  int factorsAt(PackedQuants layout, int token) {
    return (token - together()) * (columns / layout.group()) * layout.factorsPerGroup();
  }

  int columns() {
    return columns;
  }

  int tokens() {
    return tokens;
  }

  /** The rounded number of a column. */
  int quant(int token, int column) {
    int pair = Float.floatToRawIntBits(pairs[pairsAt(token) + column / 16 * 8 + column % 8]);
    return column % 16 < 8 ? (short) pair : pair >> 16;
  }

  /** Fills in what follows from the pairs of a group of 32 and its scale. */
  void addUp(int token, int group, float scale) {
    int at = token * (columns / GROUP) + group;
    int first = addUpSixteen(token, 2 * group, scale);
    int second = addUpSixteen(token, 2 * group + 1, scale);
    int low = (short) first + (short) second;
    int high = (first >> 16) + (second >> 16);
    thirtyTwos.starts[at] = pair(low, high);
    thirtyTwos.scales[at] = scale;
    thirtyTwos.totals[at] = scale * -(low + high);
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
    sixteens.starts[at] = start;
    sixteens.scales[at] = scale;
    sixteens.totals[at] = scale * -(low + high);
    return Float.floatToRawIntBits(start);
  }

  private static float pair(int low, int high) {
    return Float.intBitsToFloat((low & 0xffff) | (high << 16));
  }
}
