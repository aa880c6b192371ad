package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.internal.gguf.GgmlType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps of two to five tokens, some of which this processor's batches do not use. */
final class PackedSumsTest {

  private static final int TOKENS = 10;
  private static final int COLUMNS = 2 * PackedTile.COLUMNS;
  private static final int Y_STRIDE = TileProducts.SLAB_ROWS;

  private final Random random = new Random(1);
  private final PackedTile tile = new PackedTile(PackedTile.COLUMNS);
  private final float[] x = new float[TOKENS * COLUMNS];

  @ParameterizedTest
  @EnumSource(names = {"Q4_0", "Q6_K"})
  void stepsOfAnySizeGiveTheSameBits(GgmlType type) {
    QuantLayout layout = (QuantLayout) Packing.layout(BlockFormats.of(type).orElseThrow());
    for (int i = 0; i < tile.quants.length; i++) {
      tile.quants[i] = (short) random.nextInt(1 << layout.bits());
    }
    for (int i = 0; i < tile.scales.length; i++) {
      tile.scales[i] = random.nextFloat();
      tile.offsets[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] twos = products(layout, 5);

    assertThat(products(layout, 4)).as("steps of two and three").isEqualTo(twos);
    assertThat(products(layout, 3)).as("steps of three and four").isEqualTo(twos);
    assertThat(products(layout, 2)).as("steps of five").isEqualTo(twos);
  }

  private float[] products(QuantLayout layout, int steps) {
    Activations batch = new Activations();
    batch.set(x, COLUMNS, TOKENS, steps);
    batch.prepareFor(layout);
    batch.reserve();
    float[] y = new float[TOKENS * Y_STRIDE];
    for (int step = 0; step < steps; step++) {
      KernelProvider.kernels().quantize(batch, step, 0, COLUMNS);
      for (int column = 0; column < COLUMNS; column += PackedTile.COLUMNS) {
        PackedProduct.multiply(tile, layout, batch, step, column);
        for (int v = 0; v < PackedTile.VECTORS; v += 2) {
          int to = batch.firstOf(step) * Y_STRIDE + v * VectorWidth.LANES;
          PackedProduct.add(tile, layout, v, batch, step, column, y, to);
        }
      }
    }
    return y;
  }
}
