package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Kernels;
import java.util.Arrays;

/**
 * Causal grouped-query attention (Ainslie et al. 2023) of a batch over a KV cache; a part is one
 * head of one token. Not thread-safe; reused so that it allocates nothing.
 */
final class Attention implements WorkerPool.Task {

  private final PhiConfig config;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final float[][] scores;

  private KvCache cache;
  private int layer;
  private int start;
  private float[] qkv;
  private float[] out;

  Attention(PhiConfig config, WorkerPool pool, Kernels kernels) {
    this.config = config;
    this.pool = pool;
    this.kernels = kernels;
    scores = new float[pool.threads()][0];
  }

  /**
   * Attends from each token to all positions up to its own.
   *
   * @param position of the batch's first token
   * @param input (tokens, queries + keys + values)
   * @param output (tokens, queries)
   */
  void run(KvCache kvCache, int block, int position, int tokens, float[] input, float[] output) {
    cache = kvCache;
    layer = block;
    start = position;
    qkv = input;
    out = output;
    int needed = Math.ceilDiv(position + tokens, KvCache.PAGE_LENGTH) * KvCache.PAGE_LENGTH;
    for (int worker = 0; worker < scores.length; worker++) {
      if (scores[worker].length < needed) {
        scores[worker] = new float[Math.min(2 * needed, Math.max(needed, cache.capacity()))];
      }
    }
    pool.run(this, tokens * config.headCount());
  }

  @Override
  public void run(int part, int worker) {
    int token = part / config.headCount();
    int head = part % config.headCount();
    int headLength = config.headLength();
    int kvHead = head / (config.headCount() / config.headCountKv());
    int count = start + token + 1;
    int q = token * (config.queryLength() + 2 * config.keyValueLength()) + head * headLength;
    int o = token * config.queryLength() + head * headLength;
    float[] weights = scores[worker]; // (count)
    float scale = (float) (1 / Math.sqrt(headLength));
    long keys = cache.keys(layer, kvHead);
    for (int from = 0; from < count; from += KvCache.PAGE_LENGTH) {
      kernels.scores(
          qkv,
          q,
          headLength,
          cache.page(from / KvCache.PAGE_LENGTH),
          keys,
          cache.half(),
          Math.min(KvCache.PAGE_LENGTH, count - from),
          scale,
          weights,
          from);
    }
    kernels.softmax(weights, count);
    Arrays.fill(out, o, o + headLength, 0);
    long values = cache.values(layer, kvHead);
    for (int from = 0; from < count; from += KvCache.PAGE_LENGTH) {
      kernels.accumulate(
          weights,
          from,
          Math.min(KvCache.PAGE_LENGTH, count - from),
          cache.page(from / KvCache.PAGE_LENGTH),
          values,
          cache.half(),
          out,
          o,
          headLength);
    }
  }
}
