package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.KvLayout;
import java.lang.foreign.MemorySegment;

/**
 * Removes positions from the middle of a KV cache: later ones move up, with keys rotated back by
 * the same distance, as in llama.cpp's context shift. A part is one KV head of one layer.
 */
final class ContextShift implements WorkerPool.Task {

  private final PhiConfig config;
  private final KvCache cache;
  private final int from;
  private final int distance;
  private final RotaryEmbedding rope;
  private final float[] cos; // (rotated / 2)
  private final float[] sin; // (rotated / 2)

  ContextShift(PhiConfig config, RotaryEmbedding rope, KvCache cache, int keep, int distance) {
    this.config = config;
    this.cache = cache;
    this.from = keep + distance;
    this.distance = distance;
    this.rope = rope;
    cos = new float[config.ropeDimensionCount() / 2];
    sin = new float[cos.length];
    rope.anglesBack(distance, cache.longFactors(), cos, sin);
  }

  void run(WorkerPool pool) {
    cache.makeWritable(from - distance, cache.length());
    pool.run(this, config.blockCount() * config.headCountKv());
    cache.truncate(cache.length() - distance);
  }

  @Override
  public void run(int part, int worker) {
    KvLayout keyLayout = cache.keyLayout();
    KvLayout valueLayout = cache.valueLayout();
    long keys = cache.keys(part / config.headCountKv(), part % config.headCountKv());
    long values = cache.values(part / config.headCountKv(), part % config.headCountKv());
    float[] head = new float[config.headLength()];
    for (int position = from; position < cache.length(); position++) {
      MemorySegment page = cache.page(position / KvCache.PAGE_LENGTH);
      int slot = position % KvCache.PAGE_LENGTH;
      MemorySegment newPage = cache.page((position - distance) / KvCache.PAGE_LENGTH);
      int newSlot = (position - distance) % KvCache.PAGE_LENGTH;
      for (int d = 0; d < head.length; d++) {
        head[d] = keyLayout.key(page, keys, slot, d);
      }
      rope.rotate(head, 0, cos, sin, 0);
      keyLayout.storeKey(newPage, keys, newSlot, head, 0);
      for (int d = 0; d < head.length; d++) {
        head[d] = valueLayout.value(page, values, slot, d);
      }
      valueLayout.storeValue(newPage, values, newSlot, head, 0);
    }
  }
}
