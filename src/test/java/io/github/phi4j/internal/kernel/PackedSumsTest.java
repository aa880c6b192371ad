package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Steps of two to five tokens, some of which this processor's batches do not use. */
final class PackedSumsTest {

  private static final int TOKENS = 6;
  private static final int Y_STRIDE = TileProducts.SLAB_ROWS;
  private static final QuantLayout LAYOUT =
      (QuantLayout) Packing.layout(BlockFormats.of(GgmlType.Q4_0).orElseThrow());

  private final Random random = new Random(1);
  private final PackedTile tile = new PackedTile(PackedTile.COLUMNS);
  private final Activations batch = new Activations();

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
    for (int i = 0; i < tile.quants.length; i++) {
      tile.quants[i] = (short) random.nextInt(16);
    }
    for (int i = 0; i < tile.scales.length; i++) {
      tile.scales[i] = random.nextFloat();
      tile.offsets[i] = random.nextFloat() - 0.5f;
    }
    float[] x = new float[TOKENS * PackedTile.COLUMNS];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    batch.set(x, PackedTile.COLUMNS, TOKENS);
    batch.prepareFor(LAYOUT);
    batch.reserve();
    for (int t = 0; t < TOKENS; t++) {
      KernelProvider.kernels().quantize(batch, t, 0, PackedTile.COLUMNS);
    }
  }

  private void step(int tokens, int token, float[] y) {
    PackedProduct.multiply(tile, LAYOUT, batch, token, tokens, 0);
    for (int v = 0; v < PackedTile.VECTORS; v += 2) {
      int to = token * Y_STRIDE + v * VectorWidth.LANES;
      PackedProduct.add(tile, LAYOUT, v, batch, token, tokens, 0, y, to);
    }
  }
}
