package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Steps of two to five tokens, some of which this processor's batches do not use. */
final class PackedSumsTest {

  private static final int LENGTH = 8; // pairs of a group of 16
  private static final int GROUPS = PackedTile.COLUMNS / 16;
  private static final int STRIDE = GROUPS * LENGTH;
  private static final int Y_STRIDE = PackedTile.ROWS + 5;
  private static final short BIAS = 8;
  private static final int TOKENS = 6;

  private final Random random = new Random(1);
  private final PackedTile tile = new PackedTile(PackedTile.COLUMNS);
  private final float[] pairs = new float[TOKENS * STRIDE];
  private final GroupValues groups = new GroupValues(TOKENS * GROUPS);

  @Test
  void stepsOfAnySizeGiveTheSameBits() {
    fill();
    float[] expected = new float[TOKENS * Y_STRIDE];
    for (int token = 0; token < TOKENS; token += 2) {
      step(2, token, expected);
    }

    for (int tokens = 3; tokens <= 5; tokens++) {
      float[] y = new float[TOKENS * Y_STRIDE];
      step(tokens, 1, y);
      float[] others = expected.clone();
      Arrays.fill(others, 0, Y_STRIDE, 0);
      Arrays.fill(others, (1 + tokens) * Y_STRIDE, others.length, 0);
      assertThat(y).as("%d tokens", tokens).isEqualTo(others);
    }
  }

  private void fill() {
    for (long at = 0; at < tile.quants.byteSize(); at += Short.BYTES) {
      tile.quants.set(ValueLayout.JAVA_SHORT, at, (short) random.nextInt(16));
    }
    for (int i = 0; i < pairs.length; i++) {
      int low = random.nextInt(255) - 127;
      int high = random.nextInt(255) - 127;
      pairs[i] = Float.intBitsToFloat((low & 0xffff) | high << 16);
    }
    for (int i = 0; i < tile.scales.length; i++) {
      tile.scales[i] = random.nextFloat();
      tile.offsets[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < TOKENS * GROUPS; i++) {
      int low = random.nextInt(100);
      groups.starts()[i] = Float.intBitsToFloat(low | -low << 16);
      groups.scales()[i] = random.nextFloat();
      groups.totals()[i] = random.nextFloat() - 0.5f;
    }
  }

  private void step(int tokens, int token, float[] y) {
    int at = token * STRIDE;
    float[] starts = groups.starts();
    int start = token * GROUPS;
    switch (tokens) {
      case 2 ->
          PackedSums2.multiply(
              tile.quants,
              GROUPS,
              LENGTH,
              pairs,
              at,
              STRIDE,
              starts,
              start,
              GROUPS,
              BIAS,
              tile.sums);
      case 3 ->
          PackedSums3.multiply(
              tile.quants,
              GROUPS,
              LENGTH,
              pairs,
              at,
              STRIDE,
              starts,
              start,
              GROUPS,
              BIAS,
              tile.sums);
      case 4 ->
          PackedSums4.multiply(
              tile.quants,
              GROUPS,
              LENGTH,
              pairs,
              at,
              STRIDE,
              starts,
              start,
              GROUPS,
              BIAS,
              tile.sums);
      default ->
          PackedSums5.multiply(
              tile.quants,
              GROUPS,
              LENGTH,
              pairs,
              at,
              STRIDE,
              starts,
              start,
              GROUPS,
              BIAS,
              tile.sums);
    }
    for (int v = 0; v < PackedTile.VECTORS; v += 2) {
      int to = token * Y_STRIDE + v * VectorWidth.LANES;
      switch (tokens) {
        case 2 -> PackedSums2.add(tile, v, GROUPS, groups, start, GROUPS, y, to, Y_STRIDE);
        case 3 -> PackedSums3.add(tile, v, GROUPS, groups, start, GROUPS, y, to, Y_STRIDE);
        case 4 -> PackedSums4.add(tile, v, GROUPS, groups, start, GROUPS, y, to, Y_STRIDE);
        default -> PackedSums5.add(tile, v, GROUPS, groups, start, GROUPS, y, to, Y_STRIDE);
      }
    }
  }
}
