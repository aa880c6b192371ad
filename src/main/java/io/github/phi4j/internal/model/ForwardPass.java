package io.github.phi4j.internal.model;

import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Kernels;
import io.github.phi4j.internal.kernel.MatMul;
import io.github.phi4j.internal.model.KernelWatch.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The model as a function from tokens of sequences, with their KV caches, to logits. Follows the
 * {@code phi3} graph: per block a norm, grouped-query attention with rotary positions, a norm, and
 * a SwiGLU feed-forward layer, each added to the residual stream. A sequence's results do not
 * depend on the others in the pass. Not thread-safe; owns the buffers of a pass and allocates
 * nothing while it runs.
 */
public final class ForwardPass {

  /** The maximum tokens of a pass, over all sequences. */
  public static final int MAX_BATCH = 256;

  /** Rows of logits computed at once; more would only take more memory. */
  private static final int LOGITS_BATCH = 64;

  /** Elements that a thread computes at a time. */
  private static final int SWIGLU_PART = 2048;

  private final PhiConfig config;
  private PhiWeights weights;
  private final WorkerPool pool;
  private final Kernels kernels;
  private final MatMul matMul;
  private final Attention attention;
  private final RotaryEmbedding rope;
  private final KernelWatch watch;
  private final WorkerPool.Task swiGlu;

  // The sequences of a pass and its T tokens, sequence by sequence.
  private final List<Slice> live = new ArrayList<>();
  private int batch;
  private KvCache[] caches = {}; // (T)
  private int[] positions = {}; // (T)
  private float[] x = {}; // (T, embedding), the residual stream
  private float[] normed = {}; // (T, embedding)
  private float[] qkv = {}; // (T, queries + keys + values)
  private float[] heads = {}; // (T, queries)
  private float[] gateUp = {}; // (T, 2 · feed forward)
  private float[] hidden = {}; // (T, feed forward)
  private float[] delta = {}; // (T, embedding)
  private float[] cos = {}; // (T, rotated / 2)
  private float[] sin = {}; // (T, rotated / 2)

  // Tokens whose logits are computed next; their norms are in `normed`.
  private final float[][] targets = new float[LOGITS_BATCH][];
  private boolean keysInRange = true;
  private int wanted;
  private float[] logits = {}; // (wanted or a few more, vocabulary)

  /**
   * Creates the pass over weights that must outlive it.
   *
   * @param listener learns of slow steps, in their pass
   */
  public ForwardPass(
      PhiConfig config,
      PhiWeights weights,
      WorkerPool pool,
      Kernels kernels,
      Consumer<SlowStep> listener) {
    this(
        config,
        weights,
        pool,
        kernels,
        kernels.allocateNothing() ? new KernelWatch(listener) : KernelWatch.none());
  }

  ForwardPass(
      PhiConfig config, PhiWeights weights, WorkerPool pool, Kernels kernels, KernelWatch watch) {
    this.config = config;
    this.weights = weights;
    this.pool = pool;
    this.kernels = kernels;
    this.watch = watch;
    int widest =
        Math.max(
            config.feedForwardLength(), Math.max(config.embeddingLength(), config.queryLength()));
    matMul = new MatMul(pool, kernels, widest, MAX_BATCH);
    attention = new Attention(config, pool, kernels);
    rope = new RotaryEmbedding(config, weights);
    swiGlu = (part, _) -> swiGlu(part);
  }

  /** Uses other weights from now on, of the same model. Not during a pass. */
  public void compute(PhiWeights newWeights) {
    weights = newWeights;
  }

  /**
   * Whether all keys and values so far were in the range of the caches' number formats. Others are
   * clamped to the limit, and the text may be wrong.
   */
  public boolean keysInRange() {
    return keysInRange;
  }

  /** The length of logits. */
  public int vocabularySize() {
    return config.vocabularySize();
  }

  /** The length of hidden states. */
  public int embeddingLength() {
    return config.embeddingLength();
  }

  /** Whether a context of {@code positions} must be computed with the long rope factors. */
  public boolean needsLongFactors(int positions) {
    return rope.hasLongFactors() && positions > config.originalContextLength();
  }

  /**
   * Appends tokens to the caches of their sequences and writes the requested logits. A sequence
   * that is cancelled meanwhile, or has no room in its cache, drops out with its cache unchanged;
   * the others continue. If the pass fails as a whole, all caches are unchanged.
   *
   * @param slices sequences with separate caches, and at most {@link #MAX_BATCH} tokens
   */
  public void run(List<Slice> slices) {
    try {
      begin(slices);
      watch.begin(batch);
      for (int layer = 0; layer < config.blockCount(); layer++) {
        dropCancelled();
        if (batch == 0) {
          return;
        }
        attend(weights.layers().get(layer), layer);
        feedForward(weights.layers().get(layer));
      }
      computeOutputs();
      watch.end();
      for (int i = 0; i < live.size(); i++) {
        live.get(i).finish();
      }
    } finally { // holds no reference to a sequence that may be closed now
      live.clear();
      Arrays.fill(caches, null);
    }
  }

  private void begin(List<Slice> slices) {
    wanted = 0;
    int tokens = 0;
    for (int i = 0; i < slices.size(); i++) {
      if (slices.get(i).reserve()) {
        live.add(slices.get(i));
        tokens += slices.get(i).count();
      }
    }
    if (tokens > MAX_BATCH) {
      throw new IllegalArgumentException(tokens + " tokens in a pass for " + MAX_BATCH);
    }
    reserve(tokens);
    batch = 0;
    for (int i = 0; i < live.size(); i++) {
      embed(live.get(i));
    }
  }

  private void embed(Slice slice) {
    KvCache cache = slice.cache();
    int half = config.ropeDimensionCount() / 2;
    for (int t = 0; t < slice.count(); t++, batch++) {
      caches[batch] = cache;
      positions[batch] = cache.length() + t;
      weights.tokenEmbedding().dequantizeRow(slice.token(t), x, batch * config.embeddingLength());
      rope.angles(positions[batch], cache.longFactors(), cos, sin, batch * half);
    }
  }

  /** Removes cancelled sequences; the tokens of the others move up. */
  private void dropCancelled() {
    int kept = 0;
    int from = 0;
    int to = 0;
    for (int i = 0; i < live.size(); i++) {
      Slice slice = live.get(i);
      if (!slice.cancelled()) {
        move(from, to, slice.count());
        to += slice.count();
        live.set(kept++, slice);
      }
      from += slice.count();
    }
    batch = to;
    while (live.size() > kept) {
      live.removeLast();
    }
  }

  private void move(int from, int to, int count) {
    if (from != to) {
      int embedding = config.embeddingLength();
      int half = config.ropeDimensionCount() / 2;
      System.arraycopy(caches, from, caches, to, count);
      System.arraycopy(positions, from, positions, to, count);
      System.arraycopy(x, from * embedding, x, to * embedding, count * embedding);
      System.arraycopy(cos, from * half, cos, to * half, count * half);
      System.arraycopy(sin, from * half, sin, to * half, count * half);
    }
  }

  /** Drops {@code distance} positions after the first {@code keep} from a cache. */
  public void shift(KvCache cache, int keep, int distance) {
    new ContextShift(config, rope, cache, keep, distance).run(pool);
  }

  /** x += W_o · attention(rope(W_qkv · norm(x))). */
  private void attend(PhiWeights.Layer layer, int number) {
    for (int t = 0; t < batch; t++) {
      norm(layer.attentionNorm(), t, t);
    }
    watch.done(Step.ELEMENTWISE);
    matMul.multiply(layer.qkv(), normed, batch, qkv);
    watch.done(Step.QKV, layer.qkv(), batch);
    int queries = config.queryLength();
    int keys = config.keyValueLength();
    int headLength = config.headLength();
    for (int t = 0; t < batch; t++) {
      int at = t * (queries + 2 * keys);
      for (int head = 0; head < config.headCount() + config.headCountKv(); head++) {
        rope.rotate(qkv, at + head * headLength, cos, sin, t * (config.ropeDimensionCount() / 2));
      }
      keysInRange &= caches[t].put(number, positions[t], qkv, at + queries, at + queries + keys);
    }
    watch.done(Step.POSITIONS);
    attention.run(caches, positions, batch, number, qkv, heads);
    watch.done(Step.ATTENTION);
    matMul.multiply(layer.attentionOutput(), heads, batch, delta);
    watch.done(Step.ATTENTION_OUTPUT, layer.attentionOutput(), batch);
    kernels.add(x, 0, delta, 0, batch * config.embeddingLength());
  }

  /** x += W_down · (silu(gate) · up), with gate and up = W_gateUp · norm(x). */
  private void feedForward(PhiWeights.Layer layer) {
    for (int t = 0; t < batch; t++) {
      norm(layer.feedForwardNorm(), t, t);
    }
    watch.done(Step.ELEMENTWISE);
    matMul.multiply(layer.gateUp(), normed, batch, gateUp);
    watch.done(Step.GATE_UP, layer.gateUp(), batch);
    pool.run(swiGlu, batch * swiGluParts());
    watch.done(Step.ELEMENTWISE);
    matMul.multiply(layer.down(), hidden, batch, delta);
    watch.done(Step.DOWN, layer.down(), batch);
    kernels.add(x, 0, delta, 0, batch * config.embeddingLength());
  }

  private void swiGlu(int part) {
    int width = config.feedForwardLength();
    int t = part / swiGluParts();
    int from = part % swiGluParts() * SWIGLU_PART;
    int gate = 2 * t * width + from;
    int length = Math.min(SWIGLU_PART, width - from);
    kernels.swiGlu(gateUp, gate, gate + width, length, hidden, t * width + from);
  }

  /** Parts per token. */
  private int swiGluParts() {
    return Math.ceilDiv(config.feedForwardLength(), SWIGLU_PART);
  }

  private void norm(float[] weight, int token, int to) {
    int embedding = config.embeddingLength();
    kernels.rmsNorm(x, token * embedding, weight, config.rmsEpsilon(), normed, to * embedding);
  }

  /** W_output · norm(x) for the tokens with requested logits, norm(x) for hidden states. */
  private void computeOutputs() {
    int end = 0;
    for (int i = 0; i < live.size(); i++) {
      Slice slice = live.get(i);
      end += slice.count();
      for (int row = 0; row < slice.rows(); row++) {
        int token = end - slice.rows() + row;
        if (slice.output() == Slice.Output.HIDDEN_STATE) {
          kernels.rmsNorm(
              x,
              token * config.embeddingLength(),
              weights.outputNorm(),
              config.rmsEpsilon(),
              slice.row(row),
              0);
          continue;
        }
        norm(weights.outputNorm(), token, wanted);
        targets[wanted++] = slice.row(row);
        if (wanted == LOGITS_BATCH) {
          handOverLogits();
        }
      }
    }
    handOverLogits();
  }

  private void handOverLogits() {
    int rows = wanted;
    wanted = 0;
    if (rows == 0) {
      return;
    }
    int vocabulary = config.vocabularySize();
    // After a prompt, use the prompt's kernels even if they compute unused rows: those for fewer
    // tokens may not be compiled yet, which would take longer. A short prompt has used those.
    int computed = batch < MatMul.TOKENS_TOGETHER ? rows : Math.max(rows, MatMul.TOKENS_TOGETHER);
    if (logits.length < computed * vocabulary) {
      logits = new float[computed * vocabulary];
    }
    watch.done(Step.ELEMENTWISE);
    matMul.multiply(weights.output(), normed, computed, logits);
    watch.done(Step.LOGITS, weights.output(), computed);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(logits, row * vocabulary, targets[row], 0, vocabulary);
      targets[row] = null;
    }
  }

  private void reserve(int tokens) {
    if (positions.length >= tokens) {
      return;
    }
    caches = new KvCache[tokens];
    positions = new int[tokens];
    x = new float[tokens * config.embeddingLength()];
    normed = new float[x.length];
    delta = new float[x.length];
    qkv = new float[tokens * (config.queryLength() + 2 * config.keyValueLength())];
    heads = new float[tokens * config.queryLength()];
    gateUp = new float[2 * tokens * config.feedForwardLength()];
    hidden = new float[tokens * config.feedForwardLength()];
    cos = new float[tokens * config.ropeDimensionCount() / 2];
    sin = new float[cos.length];
  }
}
