package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Causal grouped-query attention (Ainslie et al. 2023) of a batch over KV caches; a part is the
 * heads of one token that share a key-value head. Not thread-safe; reused so that it allocates
 * nothing.
 */
final class Attention implements WorkerPool.Task {

  private final PhiConfig config;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final int group;
  private final float[][] scores;

  private KvCache[] caches; // (tokens)
  private int[] positions; // (tokens)
  private int layer;
  private int stride;
  private float[] qkv;
  private float[] out;

  Attention(PhiConfig config, WorkerPool pool, Kernels kernels) {
    this.config = config;
    this.pool = pool;
    this.kernels = kernels;
    group = config.headCount() / config.headCountKv();
    scores = new float[pool.threads()][0];
  }

  /**
   * Attends from each token to all positions of its sequence up to its own.
   *
   * @param tokenCaches where each token's sequence has its keys and values
   * @param tokenPositions where each token stands in its sequence
   * @param input (tokens, queries + keys + values)
   * @param output (tokens, queries)
   */
  void run(
      KvCache[] tokenCaches,
      int[] tokenPositions,
      int tokens,
      int block,
      float[] input,
      float[] output) {
    caches = tokenCaches;
    positions = tokenPositions;
    layer = block;
    qkv = input;
    out = output;
    int longest = 0;
    for (int t = 0; t < tokens; t++) {
      longest = Math.max(longest, positions[t] + 1);
    }
    stride = Math.ceilDiv(longest, KvCache.PAGE_LENGTH) * KvCache.PAGE_LENGTH;
    int needed = group * stride;
    for (int worker = 0; worker < scores.length; worker++) {
      if (scores[worker].length < needed) {
        scores[worker] = new float[needed + needed / 2];
      }
    }
    pool.run(this, tokens * config.headCountKv());
  }

  @Override
  public void run(int part, int worker) {
    int token = part / config.headCountKv();
    int head = part % config.headCountKv();
    int headLength = config.headLength();
    KvCache cache = caches[token];
    int count = positions[token] + 1;
    int first = head * group * headLength;
    int q = token * (config.queryLength() + 2 * config.keyValueLength()) + first;
    int o = token * config.queryLength() + first;
    float[] weights = scores[worker]; // (group, stride)
    float scale = (float) (1 / Math.sqrt(headLength));
    long keys = cache.keys(layer, head);
    for (int from = 0; from < count; from += KvCache.PAGE_LENGTH) {
      int some = Math.min(KvCache.PAGE_LENGTH, count - from);
      MemorySegment page = cache.page(from / KvCache.PAGE_LENGTH);
      kernels.scores(cache.layout(), page, keys, some, qkv, q, group, scale, weights, from, stride);
    }
    for (int h = 0; h < group; h++) {
      kernels.softmax(weights, h * stride, count);
    }
    Arrays.fill(out, o, o + group * headLength, 0);
    long values = cache.values(layer, head);
    for (int from = 0; from < count; from += KvCache.PAGE_LENGTH) {
      int some = Math.min(KvCache.PAGE_LENGTH, count - from);
      MemorySegment page = cache.page(from / KvCache.PAGE_LENGTH);
      kernels.accumulate(cache.layout(), page, values, some, weights, from, stride, group, out, o);
    }
  }
}
