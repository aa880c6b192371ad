package io.github.phi4j.internal.model;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.internal.kernel.MatMul;
import io.github.phi4j.internal.kernel.Matrix;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Detects kernels that HotSpot never compiles to fast code. Measures one pass in {@link #STRIDE},
 * step by step, on the calling thread, which takes part in each step: compiled kernels allocate
 * nothing, and products cost about the same. A step that fails this for long is reported once, for
 * each batch size. Not thread-safe; allocates nothing until it reports.
 */
final class KernelWatch {

  /** A step of a pass. */
  enum Step {
    ELEMENTWISE("norms, sums and SwiGLU"),
    POSITIONS("rotary positions and storage of keys and values"),
    ATTENTION("attention"),
    QKV("the product with attn_qkv"),
    ATTENTION_OUTPUT("the product with attn_output"),
    GATE_UP("the product with ffn_up"),
    DOWN("the product with ffn_down"),
    LOGITS("the product with output");

    private final String title;

    Step(String title) {
      this.title = title;
    }
  }

  /** Batches, by the kernels that they use for most types. */
  private enum Batch {
    ONE("one token"),
    FEW("2 to " + (MatMul.TOKENS_TOGETHER - 1) + " tokens"),
    MANY(MatMul.TOKENS_TOGETHER + " tokens or more");

    private final String title;

    Batch(String title) {
      this.title = title;
    }

    static Batch of(int tokens) {
      return tokens == 1 ? ONE : tokens < MatMul.TOKENS_TOGETHER ? FEW : MANY;
    }
  }

  /** What a step cost in the measured pass, and since when it has cost too much. */
  private static final class Tally {
    long bytes;
    long nanos;
    int products;
    long weightBytes;
    long multiplications;
    boolean packed;
    int slowPasses; // less half of them at each pass that is not slow
    long slowSince;
    boolean reported;

    boolean isComparable() {
      return products > 0 && nanos / products >= SHORTEST_NANOS;
    }
  }

  /** Passes before the first measured one; most programs that end soon end before it. */
  private static final int FIRST = 256;

  private static final int STRIDE = 16;

  /** Compilation takes seconds, or longer on a busy machine. */
  private static final int SLOW_PASSES = 20;

  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final int SLOWER = 10;

  /** Products that take less time are not compared: waiting for threads counts for too much. */
  private static final long SHORTEST_NANOS = 500_000;

  private static final Step[] STEPS = Step.values();

  private final LongSupplier allocatedBytes;
  private final LongSupplier clock;
  private final Consumer<SlowStep> listener;
  private final Map<Batch, Map<Step, Tally>> tallies = new EnumMap<>(Batch.class);

  private int passes;
  private boolean measuring;
  private Batch batch = Batch.ONE;
  private long bytes;
  private long nanos;

  /** Watches with the JVM's own counters. */
  KernelWatch(Consumer<SlowStep> listener) {
    this(() -> Counter.BYTES.getAsLong(), System::nanoTime, listener);
  }

  /**
   * Watches with given counters.
   *
   * @param allocatedBytes the bytes that this thread has allocated
   * @param clock in nanoseconds, like {@link System#nanoTime}
   */
  KernelWatch(LongSupplier allocatedBytes, LongSupplier clock, Consumer<SlowStep> listener) {
    this.allocatedBytes = allocatedBytes;
    this.clock = clock;
    this.listener = listener;
    for (Batch size : Batch.values()) {
      Map<Step, Tally> ofBatch = new EnumMap<>(Step.class);
      for (Step step : STEPS) {
        ofBatch.put(step, new Tally());
      }
      tallies.put(size, ofBatch);
    }
  }

  /** Never reports anything. */
  static KernelWatch none() {
    return new KernelWatch(() -> 0, () -> 0, slow -> {});
  }

  /** Begins a pass. */
  void begin(int tokens) {
    measuring = passes >= FIRST && passes % STRIDE == 0;
    passes = passes == Integer.MAX_VALUE ? FIRST : passes + 1;
    if (!measuring) {
      return;
    }
    batch = Batch.of(tokens);
    for (Step step : STEPS) {
      Tally tally = tally(step);
      tally.bytes = 0;
      tally.nanos = 0;
      tally.products = 0;
      tally.weightBytes = 0;
      tally.multiplications = 0;
    }
    bytes = allocatedBytes.getAsLong();
    nanos = clock.getAsLong();
  }

  /** Attributes the time since the last step to one that is done. */
  void done(Step step) {
    if (measuring) {
      Tally tally = tally(step);
      long bytesNow = allocatedBytes.getAsLong();
      long now = clock.getAsLong();
      tally.bytes += bytesNow - bytes;
      tally.nanos += now - nanos;
      bytes = bytesNow;
      nanos = now;
    }
  }

  /** The same for a product of matrices with {@code tokens} vectors. */
  void done(Step step, List<Matrix> matrices, int tokens) {
    if (measuring) {
      done(step);
      Tally tally = tally(step);
      tally.products++;
      for (int i = 0; i < matrices.size(); i++) {
        Matrix w = matrices.get(i);
        tally.weightBytes += w.rows() * w.rowBytes();
        tally.multiplications += (long) w.rows() * w.columns() * tokens;
        tally.packed = w.packed().isPresent();
      }
    }
  }

  /** Ends a complete pass. */
  void end() {
    if (!measuring) {
      return;
    }
    for (Step step : STEPS) {
      Tally tally = tally(step);
      if (tally.nanos > 0) {
        judge(step, tally);
      }
    }
  }

  private Tally tally(Step step) {
    return tallies.get(batch).get(step);
  }

  private void judge(Step step, Tally tally) {
    double slowdown = slowdown(tally);
    if (tally.bytes <= 0 && slowdown < SLOWER) {
      tally.slowPasses /= 2;
      return;
    }
    if (tally.slowPasses++ == 0) {
      tally.slowSince = nanos;
    }
    if (!tally.reported
        && tally.slowPasses >= SLOW_PASSES
        && nanos - tally.slowSince >= SLOW_NANOS) {
      tally.reported = true;
      report(step, tally, slowdown);
    }
  }

  /**
   * How many times as long as the fastest product of its kind a product takes, by the bytes of its
   * weights or by multiplications, whichever is less: small batches take the time of reading, large
   * ones that of computing.
   */
  private double slowdown(Tally tally) {
    double perByte = Double.POSITIVE_INFINITY;
    double perMultiplication = Double.POSITIVE_INFINITY;
    if (!tally.isComparable()) {
      return 1;
    }
    for (Step step : STEPS) {
      Tally other = tally(step);
      if (other.isComparable() && other.packed == tally.packed) {
        perByte = Math.min(perByte, (double) other.nanos / other.weightBytes);
        perMultiplication =
            Math.min(perMultiplication, (double) other.nanos / other.multiplications);
      }
    }
    return Math.min(
        tally.nanos / perByte / tally.weightBytes,
        tally.nanos / perMultiplication / tally.multiplications);
  }

  private void report(Step step, Tally tally, double slowdown) {
    listener.accept(
        new SlowStep(
            step.title,
            batch.title,
            tally.slowPasses,
            Duration.ofNanos(nanos - tally.slowSince),
            tally.bytes,
            Duration.ofNanos(tally.nanos),
            slowdown));
  }

  /** The JVM's counter; loaded at the first measurement, since that takes a while. */
  private static final class Counter {
    static final LongSupplier BYTES = find();

    private static LongSupplier find() {
      try {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        return threads != null && threads.isThreadAllocatedMemorySupported()
            ? threads::getCurrentThreadAllocatedBytes
            : () -> 0;
      } catch (LinkageError e) { // a runtime image without jdk.management
        return () -> 0;
      }
    }
  }
}
