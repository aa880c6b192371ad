package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.Slice;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Pools the hidden states of texts. Texts share passes if embedded on several threads; each has a
 * KV cache of its own, and at most as many exist at a time as fit in a pass.
 */
final class Embedder {

  private final ForwardPass forwardPass;
  private final Scheduler scheduler;
  private final Context context;
  private final EmbeddingOptions options;
  private final BooleanSupplier cancelled;
  private final Semaphore room;
  private final Set<Sequence> running = ConcurrentHashMap.newKeySet();

  /**
   * Creates an embedder for a call.
   *
   * @param context the context of the call, which is unchanged
   * @param cancelled whether the call was cancelled; called by any thread
   */
  Embedder(Shared shared, Context context, EmbeddingOptions options, BooleanSupplier cancelled) {
    forwardPass = shared.forwardPass();
    scheduler = shared.scheduler();
    this.context = context;
    this.options = options;
    this.cancelled = cancelled;
    room = new Semaphore(scheduler.maxSequences());
  }

  /** The embedding of a text. */
  Embedding embed(int[] tokens) {
    room.acquireUninterruptibly(); // the holders finish soon if the call is cancelled
    try (KvCache cache = context.emptyCache(tokens.length)) {
      if (forwardPass.needsLongFactors(tokens.length)) {
        cache.restart(true);
      }
      Sequence sequence = scheduler.sequence(cache, Slice.Output.HIDDEN_STATE, cancelled);
      sequence.age = context.age();
      running.add(sequence);
      try {
        return new Embedding(vector(sequence, tokens), tokens.length);
      } finally {
        running.remove(sequence);
        scheduler.dismiss(sequence);
      }
    } finally {
      room.release();
    }
  }

  private float[] vector(Sequence sequence, int[] tokens) {
    boolean mean = options.pooling() == EmbeddingOptions.Pooling.MEAN;
    int rows = mean ? Math.min(tokens.length, ForwardPass.MAX_BATCH) : 1;
    float[][] states = new float[rows][forwardPass.embeddingLength()];
    double[] sum = new double[forwardPass.embeddingLength()];
    int end = mean ? 0 : tokens.length - 1;
    while (end < tokens.length) { // in parts, to bound the memory of the states
      int count = Math.min(rows, tokens.length - end);
      end += count;
      scheduler.compute(sequence, tokens, end, count, states, false);
      for (int row = 0; row < count; row++) {
        add(states[row], sum);
      }
    }
    double length = length(sum);
    double scale = options.normalized() ? (length == 0 ? 1 : length) : mean ? tokens.length : 1;
    float[] vector = new float[sum.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (sum[i] / scale);
    }
    return vector;
  }

  private static void add(float[] state, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += state[i];
    }
  }

  private static double length(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    if (!(squares < Double.POSITIVE_INFINITY)) {
      throw new InvalidLogitsException(
          "the model computed hidden states that are not finite numbers: its weights are damaged,"
              + " or a value overflowed on the way");
    }
    return Math.sqrt(squares);
  }

  /** Wakes the threads that wait for tokens of a cancelled call. */
  void cancel() {
    running.forEach(scheduler::cancel);
  }
}
