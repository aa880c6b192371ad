package io.github.phi4j.internal.model;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.storage.WeightPacking;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A model file with everything needed to compute logits. */
final class LoadedModel implements AutoCloseable {

  private final Arena arena = Arena.ofShared();
  private final KvMemory memory = new KvMemory(() -> Long.MAX_VALUE);
  private final WorkerPool pool;
  private final GgufFile file;
  private final PhiConfig config;
  private final ForwardPass forwardPass;

  LoadedModel(Path path, int threads, Kernels kernels) {
    this(path, threads, kernels, PackedWeights.OFF);
  }

  LoadedModel(Path path, int threads, Kernels kernels, PackedWeights packed) {
    this(path, threads, kernels, packed, new KernelWatch(slow -> {}));
  }

  LoadedModel(Path path, int threads, Kernels kernels, PackedWeights packed, KernelWatch watch) {
    file = GgufFile.open(path, arena);
    config = PhiConfig.read(file.metadata(), finding -> {});
    pool = new WorkerPool(threads);
    PhiWeights weights = PhiLoader.load(file, config);
    forwardPass =
        new ForwardPass(
            config,
            packed == PackedWeights.OFF
                ? weights
                : WeightPacking.of(weights).inMemory(pool, arena, (done, total) -> {}),
            pool,
            kernels,
            watch);
  }

  GgufFile file() {
    return file;
  }

  PhiConfig config() {
    return config;
  }

  WorkerPool pool() {
    return pool;
  }

  ForwardPass forwardPass() {
    return forwardPass;
  }

  KvCache newCache(KvCacheType type, int capacity) {
    return new KvCache(config, new KvCache.Format(type, type), capacity, memory);
  }

  /** Returns random ids of the model's vocabulary. */
  int[] randomTokens(int count, long seed) {
    return new Random(seed).ints(count, 0, config.vocabularySize()).toArray();
  }

  /**
   * Returns the logits after each token, computed in few batches, with the RoPE factors of the
   * length.
   */
  float[][] logits(int[] tokens) {
    return logits(tokens, KvCacheType.F32, ForwardPass.MAX_BATCH);
  }

  /**
   * Returns the logits after each token, computed in batches that cycle through the given sizes.
   */
  float[][] logits(int[] tokens, KvCacheType type, int... batches) {
    try (KvCache cache = newCache(type, tokens.length)) {
      cache.restart(forwardPass.needsLongFactors(tokens.length));
      List<float[]> rows = new ArrayList<>();
      for (int i = 0; rows.size() < tokens.length; i++) {
        int count = Math.min(batches[i % batches.length], tokens.length - rows.size());
        rows.addAll(append(tokens, rows.size(), count, cache));
      }
      return rows.toArray(float[][]::new);
    }
  }

  /** Appends one batch and returns the logits after each of its tokens. */
  List<float[]> append(int[] tokens, int from, int count, KvCache cache) {
    float[][] rows = newRows(count);
    Slice slice = new Slice(cache, () -> false);
    slice.set(tokens, from, count, count, rows, 0);
    run(slice);
    return List.of(rows);
  }

  /** Allocates logits, (count, vocabulary). */
  float[][] newRows(int count) {
    return new float[count][config.vocabularySize()];
  }

  /** Runs a pass that must succeed. */
  void run(Slice... slices) {
    forwardPass.run(List.of(slices));
    for (Slice slice : slices) {
      slice
          .failure()
          .ifPresent(e -> {
            throw e;
          });
    }
  }

  @Override
  public void close() {
    pool.close();
    memory.close();
    arena.close();
  }
}
