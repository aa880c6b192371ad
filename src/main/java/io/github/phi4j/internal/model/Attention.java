package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.KvLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Causal grouped-query attention (Ainslie et al. 2023) of a batch over KV caches. Neighbouring
 * tokens of a sequence are computed together and share each read of a page of keys or values.
 * Positions are processed in chunks with a running maximum (online softmax, Dao et al. 2022). Chunk
 * boundaries are fixed, so that a result depends neither on the batch nor on how the work was
 * split. Not thread-safe; reused so that it allocates nothing.
 */
final class Attention implements WorkerPool.Task {

  /** The maximum number of tokens computed together. */
  private static final int BLOCK_TOKENS = 16;

  private static final int CHUNK = Kernels.CHUNK;

  /** Rows of sums that are held at a time: as many parts as keep a hundred threads busy. */
  private static final int MAX_SHARED_ROWS = 16_384;

  private final PhiConfig config;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final int group;
  private final int rowLength;
  private final Worker[] workers;

  private KvCache[] caches; // (tokens)
  private int[] positions; // (tokens)
  private int layer;
  private float[] qkv;
  private float[] out;

  private int[] blocks = {}; // the first token of each block, and the end
  private int blockCount;
  private int widest; // tokens of a block
  private int chunks; // of each block and head if they are parts of their own, else 0
  private int firstPair; // of a block and a head, whose chunks are summed up
  private boolean merging;
  private Partial shared = new Partial(0, 0); // (pairs, chunks, tokens of a block, group)

  /** Partial sums over a range of positions, one row per query. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Partial(float[] max, float[] total, float[] values) {
    Partial(int rows, int rowLength) {
      this(new float[rows], new float[rows], new float[rows * rowLength]);
    }
  }

  /** A worker's buffers for the queries of a block. */
  static final class Worker {
    private final float[] queries; // arranged by the kernels
    private final float[] scores; // (queries, CHUNK)
    private final Partial partial;
    private final Partial sums;
    int read; // keeps prefetching reads alive: see KvLayout.prefetch

    Worker(int rows, int rowLength) { // kernels also read and write rows beyond the last
      queries = new float[(rows + Kernels.QUERY_BLOCK) * rowLength];
      scores = new float[(rows + Kernels.QUERY_BLOCK) * CHUNK];
      partial = new Partial(rows, rowLength);
      sums = new Partial(rows, rowLength);
    }
  }

  Attention(PhiConfig config, WorkerPool pool, Kernels kernels) {
    this.config = config;
    this.pool = pool;
    this.kernels = kernels;
    group = config.headCount() / config.headCountKv();
    rowLength = Math.ceilDiv(config.headLength(), 32) * 32;
    workers = new Worker[pool.threads()];
    int rows = BLOCK_TOKENS * group;
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(rows, rowLength);
    }
  }

  /**
   * Attends from each token to all positions of its sequence up to its own.
   *
   * @param tokenCaches the KV cache of each token's sequence
   * @param tokenPositions the position of each token in its sequence
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
    cut(tokens);
    int pairs = blockCount * config.headCountKv();
    chunks = pairs < 4 * pool.threads() ? longest(tokens) : 0;
    merging = false;
    if (chunks < 2) {
      chunks = 0;
      pool.run(this, pairs);
      return;
    }
    int together = Math.clamp(MAX_SHARED_ROWS / pairRows(), 1, pairs);
    reserve(together * pairRows());
    for (firstPair = 0; firstPair < pairs; firstPair += together) {
      int count = Math.min(together, pairs - firstPair);
      merging = false;
      pool.run(this, count * chunks);
      merging = true;
      pool.run(this, count);
    }
  }

  /** Rows of sums of all chunks of a block and a head. */
  private int pairRows() {
    return chunks * widest * group;
  }

  private void reserve(int rows) {
    int held = shared.max().length;
    if (held < rows) {
      shared = new Partial(Math.max(rows, Math.min(rows + rows / 2, MAX_SHARED_ROWS)), rowLength);
    }
  }

  /** Splits the batch into blocks of neighbouring tokens. */
  private void cut(int tokens) {
    if (blocks.length <= tokens) {
      blocks = new int[tokens + 1];
    }
    blockCount = 0;
    widest = 0;
    for (int t = 0; t < tokens; t++) {
      boolean goesOn =
          blockCount > 0
              && t - blocks[blockCount - 1] < BLOCK_TOKENS
              && caches[t] == caches[t - 1]
              && positions[t] == positions[t - 1] + 1;
      if (!goesOn) {
        blocks[blockCount++] = t;
      }
      widest = Math.max(widest, t + 1 - blocks[blockCount - 1]);
    }
    blocks[blockCount] = tokens;
  }

  /** The number of chunks of the longest sequence. */
  private int longest(int tokens) {
    int count = 0;
    for (int t = 0; t < tokens; t++) {
      count = Math.max(count, positions[t] + 1);
    }
    return Math.ceilDiv(count, CHUNK);
  }

  @Override
  public void run(int part, int worker) {
    int pair = chunks == 0 ? part : firstPair + (merging ? part : part / chunks);
    int first = blocks[pair / config.headCountKv()];
    int end = blocks[pair / config.headCountKv() + 1];
    int head = pair % config.headCountKv();
    if (chunks == 0) {
      attend(first, end, head, workers[worker]);
    } else if (merging) {
      merge(first, end, head, part * pairRows(), workers[worker]);
    } else {
      int chunk = part % chunks;
      int row = part / chunks * pairRows() + chunk * (end - first) * group;
      arrange(first, end, head, workers[worker]);
      sum(first, end, head, chunk, workers[worker], shared, row);
    }
  }

  /** Computes all chunks of a block in order. */
  private void attend(int first, int end, int head, Worker worker) {
    int rows = (end - first) * group;
    arrange(first, end, head, worker);
    begin(worker.sums, rows);
    for (int chunk = 0; chunk * CHUNK <= positions[end - 1]; chunk++) {
      sum(first, end, head, chunk, worker, worker.partial, 0);
      add(worker.partial, 0, worker.sums, rows);
    }
    finish(first, end, head, worker.sums);
  }

  /** The same from sums that were computed before. */
  private void merge(int first, int end, int head, int row, Worker worker) {
    int rows = (end - first) * group;
    begin(worker.sums, rows);
    for (int chunk = 0; chunk * CHUNK <= positions[end - 1]; chunk++) {
      add(shared, row + chunk * rows, worker.sums, rows);
    }
    finish(first, end, head, worker.sums);
  }

  /** Puts the queries of a block, token by token, where the kernels read them. */
  private void arrange(int first, int end, int head, Worker worker) {
    int headLength = config.headLength();
    KvLayout layout = caches[first].keyLayout();
    int stride = config.queryLength() + 2 * config.keyValueLength();
    for (int query = 0; query < (end - first) * group; query++) {
      int at = (first + query / group) * stride + (head * group + query % group) * headLength;
      kernels.arrange(layout, qkv, at, worker.queries, query);
    }
  }

  /** Computes the partial sums of a chunk. */
  private void sum(
      int first, int end, int head, int chunk, Worker worker, Partial partial, int row) {
    score(first, end, head, chunk, worker);
    for (int t = first; t < end; t++) {
      int count = Math.clamp(positions[t] + 1L - (long) chunk * CHUNK, 0, CHUNK);
      for (int h = 0; h < group; h++) {
        int query = (t - first) * group + h;
        float max = kernels.max(worker.scores, query * CHUNK, count);
        partial.max()[row + query] = max;
        partial.total()[row + query] =
            kernels.exponentials(worker.scores, query * CHUNK, count, max);
      }
    }
    int rows = (end - first) * group;
    Arrays.fill(partial.values(), row * rowLength, (row + rows) * rowLength, 0);
    accumulate(first, end, head, chunk, worker, partial.values(), row);
  }

  private void score(int first, int end, int head, int chunk, Worker worker) {
    int read = 0;
    KvCache cache = caches[first];
    KvLayout layout = cache.keyLayout();
    float scale = (float) (1 / Math.sqrt(config.headLength()));
    long keys = cache.keys(layer, head);
    int queries = (end - first) * group;
    int from = chunk * CHUNK;
    for (int at = from; at < from + CHUNK && at <= positions[end - 1]; at += KvCache.PAGE_LENGTH) {
      MemorySegment page = cache.page(at / KvCache.PAGE_LENGTH);
      read += layout.prefetch(page, keys);
      int visible = Math.min(KvCache.PAGE_LENGTH, positions[end - 1] + 1 - at); // to the last token
      kernels.scores(
          layout, page, keys, visible, worker.queries, queries, scale, worker.scores, at - from);
    }
    worker.read += read;
  }

  private void accumulate(
      int first, int end, int head, int chunk, Worker worker, float[] sums, int row) {
    float[] scores = worker.scores;
    int read = 0;
    KvCache cache = caches[first];
    KvLayout layout = cache.valueLayout();
    long values = cache.values(layer, head);
    int from = chunk * CHUNK;
    for (int at = from; at < from + CHUNK && at <= positions[end - 1]; at += KvCache.PAGE_LENGTH) {
      MemorySegment page = cache.page(at / KvCache.PAGE_LENGTH);
      read += layout.prefetch(page, values);
      boolean whole = at + KvCache.PAGE_LENGTH <= positions[first] + 1; // visible to all tokens
      int together = whole ? end - first : 1;
      for (int t = first; t < end; t += together) {
        int count = Math.min(KvCache.PAGE_LENGTH, positions[t] + 1 - at);
        if (count > 0) {
          int query = (t - first) * group;
          int of = query * CHUNK + at - from;
          int to = (row + query) * rowLength;
          kernels.accumulate(layout, page, values, count, scores, of, together * group, sums, to);
        }
      }
    }
    worker.read += read;
  }

  private void begin(Partial sums, int rows) {
    Arrays.fill(sums.max(), 0, rows, Float.NEGATIVE_INFINITY);
    Arrays.fill(sums.total(), 0, rows, 0);
    Arrays.fill(sums.values(), 0, rows * rowLength, 0);
  }

  /** Merges partial sums into the running sums, rescaled to the larger maximum. */
  private void add(Partial partial, int row, Partial sums, int rows) {
    for (int r = 0; r < rows; r++) {
      float max = Math.max(sums.max()[r], partial.max()[row + r]);
      float before = (float) Math.exp((double) sums.max()[r] - max);
      float now = (float) Math.exp((double) partial.max()[row + r] - max);
      sums.max()[r] = max;
      sums.total()[r] = sums.total()[r] * before + partial.total()[row + r] * now;
      float[] to = sums.values();
      float[] of = partial.values();
      for (int d = 0; d < rowLength; d++) { // auto-vectorized
        to[r * rowLength + d] =
            to[r * rowLength + d] * before + of[(row + r) * rowLength + d] * now;
      }
    }
  }

  private void finish(int first, int end, int head, Partial sums) {
    int headLength = config.headLength();
    for (int r = 0; r < (end - first) * group; r++) {
      int to = (first + r / group) * config.queryLength() + (head * group + r % group) * headLength;
      float scale = 1 / sums.total()[r];
      for (int d = 0; d < headLength; d++) { // auto-vectorized
        out[to + d] = sums.values()[r * rowLength + d] * scale;
      }
    }
  }
}
