package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Steps of two to five tokens, some of which this processor's batches do not use. */
final class PackedSumsTest {

  private static final int TOKENS = 10;
  private static final int Y_STRIDE = TileProducts.SLAB_ROWS;
  private static final QuantLayout LAYOUT =
      (QuantLayout) Packing.layout(BlockFormats.of(GgmlType.Q4_0).orElseThrow());

  private final Random random = new Random(1);
  private final PackedTile tile = new PackedTile(PackedTile.COLUMNS);
  private final float[] x = new float[TOKENS * PackedTile.COLUMNS];

  @Test
  void stepsOfAnySizeGiveTheSameBits() {
    for (int i = 0; i < tile.quants.length; i++) {
      tile.quants[i] = (short) random.nextInt(16);
    }
    for (int i = 0; i < tile.scales.length; i++) {
      tile.scales[i] = random.nextFloat();
      tile.offsets[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] twos = products(5);

    assertThat(products(4)).as("steps of two and three").isEqualTo(twos);
    assertThat(products(3)).as("steps of three and four").isEqualTo(twos);
    assertThat(products(2)).as("steps of five").isEqualTo(twos);
  }

  private float[] products(int steps) {
    Activations batch = new Activations();
    batch.set(x, PackedTile.COLUMNS, TOKENS, steps);
    batch.prepareFor(LAYOUT);
    batch.reserve();
    float[] y = new float[TOKENS * Y_STRIDE];
    for (int step = 0; step < steps; step++) {
      int token = batch.firstOf(step);
      KernelProvider.kernels().quantize(batch, step, 0, PackedTile.COLUMNS);
      PackedProduct.multiply(tile, LAYOUT, batch, step, 0);
      for (int v = 0; v < PackedTile.VECTORS; v += 2) {
        int to = token * Y_STRIDE + v * VectorWidth.LANES;
        PackedProduct.add(tile, LAYOUT, v, batch, token, batch.widthOf(step), 0, y, to);
      }
    }
    return y;
  }
}
