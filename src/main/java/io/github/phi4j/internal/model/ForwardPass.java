package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.MatMul;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The model as a function: tokens and a KV cache in, logits out. Follows the {@code phi3} graph:
 * per block a norm, grouped-query attention with rotary positions, a norm, and a SwiGLU
 * feed-forward layer, each added to the residual stream. Not thread-safe; owns the buffers of a
 * batch and allocates nothing while it runs.
 */
public final class ForwardPass {

  /** The most tokens of one batch. */
  public static final int MAX_BATCH = 256;

  private final PhiConfig config;
  private final PhiWeights weights;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final MatMul matMul;
  private final Attention attention;
  private final RotaryEmbedding rope;

  // Buffers of a batch, with the number of tokens in front.
  private float[] x = {}; // (T, embedding), the residual stream
  private float[] normed = {}; // (T, embedding)
  private float[] qkv = {}; // (T, queries + keys + values)
  private float[] heads = {}; // (T, queries)
  private float[] gateUp = {}; // (T, 2 · feed forward)
  private float[] hidden = {}; // (T, feed forward)
  private float[] delta = {}; // (T, embedding)
  private float[] cos = {}; // (T, rotated / 2)
  private float[] sin = {}; // (T, rotated / 2)
  private KvCache[] caches = {}; // (T)
  private int[] positions = {}; // (T)
  private int batch;

  /** Creates the function over weights that must outlive it. */
  public ForwardPass(PhiConfig config, PhiWeights weights, WorkerPool pool, Kernels kernels) {
    this.config = config;
    this.weights = weights;
    this.pool = pool;
    this.kernels = kernels;
    int widest =
        Math.max(
            config.feedForwardLength(), Math.max(config.embeddingLength(), config.queryLength()));
    matMul = new MatMul(pool, kernels, widest, MAX_BATCH);
    attention = new Attention(config, pool, kernels);
    rope = new RotaryEmbedding(config, weights);
  }

  /** Whether a context of {@code positions} must be computed with the long rope factors. */
  public boolean needsLongFactors(int positions) {
    return rope.hasLongFactors() && positions > config.originalContextLength();
  }

  /**
   * Appends tokens to a cache, at most {@link #MAX_BATCH}; {@link #logits} then tells what follows
   * them.
   *
   * @param cancelled asked between blocks
   * @throws CancellationException if it was cancelled; the cache is then as before
   */
  public void append(int[] tokens, int from, int count, KvCache cache, BooleanSupplier cancelled) {
    int start = cache.length();
    cache.reserve(start + count);
    reserve(count);
    for (int t = 0; t < count; t++) {
      weights.tokenEmbedding().dequantizeRow(tokens[from + t], x, t * config.embeddingLength());
      int half = config.ropeDimensionCount() / 2;
      rope.angles(start + t, cache.longFactors(), cos, sin, t * half);
      caches[t] = cache;
      positions[t] = start + t;
    }
    for (int layer = 0; layer < config.blockCount(); layer++) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("the forward pass was cancelled");
      }
      attend(weights.layers().get(layer), layer, start, count, cache);
      feedForward(weights.layers().get(layer), count);
    }
    cache.advance(count);
  }

  /** Drops {@code distance} positions after the first {@code keep} from a cache. */
  public void shift(KvCache cache, int keep, int distance) {
    new ContextShift(config, rope, cache, keep, distance).run(pool);
  }

  /** x += W_o · attention(rope(W_qkv · norm(x))). */
  private void attend(PhiWeights.Layer layer, int number, int start, int count, KvCache cache) {
    norm(layer.attentionNorm(), 0, count);
    matMul.multiply(layer.qkv(), normed, count, qkv);
    int queries = config.queryLength();
    int keys = config.keyValueLength();
    int headLength = config.headLength();
    for (int t = 0; t < count; t++) {
      int at = t * (queries + 2 * keys);
      for (int head = 0; head < config.headCount() + config.headCountKv(); head++) {
        rope.rotate(qkv, at + head * headLength, cos, sin, t * (config.ropeDimensionCount() / 2));
      }
      cache.put(number, start + t, qkv, at + queries, at + queries + keys);
    }
    attention.run(caches, positions, count, number, qkv, heads);
    matMul.multiply(layer.attentionOutput(), heads, count, delta);
    kernels.add(x, 0, delta, 0, count * config.embeddingLength());
  }

  /** x += W_down · (silu(gate) · up), with gate and up = W_gateUp · norm(x). */
  private void feedForward(PhiWeights.Layer layer, int count) {
    int width = config.feedForwardLength();
    norm(layer.feedForwardNorm(), 0, count);
    matMul.multiply(layer.gateUp(), normed, count, gateUp);
    for (int t = 0; t < count; t++) {
      kernels.swiGlu(gateUp, 2 * t * width, width, hidden, t * width);
    }
    matMul.multiply(layer.down(), hidden, count, delta);
    kernels.add(x, 0, delta, 0, count * config.embeddingLength());
  }

  private void norm(float[] weight, int first, int count) {
    int embedding = config.embeddingLength();
    for (int t = 0; t < count; t++) {
      kernels.rmsNorm(
          x, (first + t) * embedding, weight, config.rmsEpsilon(), normed, t * embedding);
    }
  }

  /**
   * The logits after tokens of the last {@link #append}.
   *
   * @param first the first of these tokens, counted within the batch
   * @param count how many
   * @param out (count, vocabulary)
   */
  public void logits(int first, int count, float[] out) {
    if (first < 0 || count < 1 || first + count > batch) {
      throw new IndexOutOfBoundsException(
          "tokens %d to %d of a batch of %d".formatted(first, first + count, batch));
    }
    norm(weights.outputNorm(), first, count);
    matMul.multiply(weights.output(), normed, count, out);
  }

  private void reserve(int count) {
    batch = count;
    if (x.length >= count * config.embeddingLength()) {
      return;
    }
    x = new float[count * config.embeddingLength()];
    normed = new float[x.length];
    delta = new float[x.length];
    qkv = new float[count * (config.queryLength() + 2 * config.keyValueLength())];
    heads = new float[count * config.queryLength()];
    gateUp = new float[2 * count * config.feedForwardLength()];
    hidden = new float[count * config.feedForwardLength()];
    cos = new float[count * config.ropeDimensionCount() / 2];
    sin = new float[cos.length];
    caches = new KvCache[count];
    positions = new int[count];
  }
}
