package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Packs the matrices that every token is multiplied with, on all threads of a pool. */
public final class WeightPacking implements WorkerPool.Task {

  private final List<Matrix> matrices = new ArrayList<>();
  private final Matrix[] packed;
  private final Arena arena;

  private WeightPacking(PhiWeights weights, Arena arena) {
    this.arena = arena;
    matrices.addAll(weights.output()); // the largest first, so that no thread is left with it
    for (PhiWeights.Layer layer : weights.layers()) {
      matrices.addAll(layer.gateUp());
      matrices.addAll(layer.down());
      matrices.addAll(layer.qkv());
      matrices.addAll(layer.attentionOutput());
    }
    packed = new Matrix[matrices.size()];
  }

  /**
   * Returns weights with packed copies, which live in memory of an arena.
   *
   * @throws OutOfMemoryError if there is no room for them
   */
  public static PhiWeights pack(PhiWeights weights, WorkerPool pool, Arena arena) {
    WeightPacking packing = new WeightPacking(weights, arena);
    pool.run(packing, packing.packed.length);
    return packing.weights(weights);
  }

  /** One matrix a part. */
  @Override
  public void run(int part, int worker) {
    packed[part] = matrices.get(part).pack(arena);
  }

  private PhiWeights weights(PhiWeights weights) {
    IdentityHashMap<Matrix, Matrix> copies = new IdentityHashMap<>();
    for (int i = 0; i < packed.length; i++) {
      copies.put(matrices.get(i), packed[i]);
    }
    List<PhiWeights.Layer> layers =
        weights.layers().stream()
            .map(layer ->
                new PhiWeights.Layer(
                    layer.attentionNorm(),
                    with(copies, layer.qkv()),
                    with(copies, layer.attentionOutput()),
                    layer.feedForwardNorm(),
                    with(copies, layer.gateUp()),
                    with(copies, layer.down())))
            .toList();
    return new PhiWeights(
        weights.tokenEmbedding(),
        layers,
        weights.outputNorm(),
        with(copies, weights.output()),
        weights.shortRopeFactors(),
        weights.longRopeFactors());
  }

  private static List<Matrix> with(IdentityHashMap<Matrix, Matrix> copies, List<Matrix> stack) {
    return stack.stream().map(copies::get).toList();
  }
}
