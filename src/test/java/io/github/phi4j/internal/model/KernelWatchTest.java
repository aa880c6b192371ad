package io.github.phi4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.kernel.BlockFormats;
import io.github.phi4j.internal.kernel.KernelProvider;
import io.github.phi4j.internal.kernel.MatMul;
import io.github.phi4j.internal.kernel.Matrix;
import io.github.phi4j.internal.model.KernelWatch.Step;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomModel;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That steps are reported if they stay slow, and no others. */
final class KernelWatchTest {

  private static final int PASSES = 2_000;
  private static final long PASS_NANOS = 100_000_000;
  private static final List<Matrix> WEIGHTS = List.of(matrix(GgmlType.Q8_0));
  private static final List<Matrix> LARGE_WEIGHTS = List.of(matrix(GgmlType.F32));

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong();
  private final List<SlowStep> slow = new ArrayList<>();
  private final KernelWatch watch = new KernelWatch(bytes::get, nanos::get, slow::add);

  private static Matrix matrix(GgmlType type) {
    byte[] data = new byte[Math.toIntExact(64 * type.rowBytes(1024))];
    return new Matrix(BlockFormats.of(type).orElseThrow(), MemorySegment.ofArray(data), 64, 1024);
  }

  private void step(Step step, long allocated, long duration) {
    bytes.addAndGet(allocated);
    nanos.addAndGet(duration);
    watch.done(step);
  }

  private void product(Step step, List<Matrix> matrices, int tokens, long duration) {
    nanos.addAndGet(duration);
    watch.done(step, matrices, tokens);
  }

  private void endPass() {
    nanos.addAndGet(PASS_NANOS);
    watch.end();
  }

  @Test
  void stepThatKeepsAllocatingIsReportedOnce() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      step(Step.ELEMENTWISE, 0, 1_000);
      step(Step.ATTENTION, 300, 2_000_000);
      step(Step.ATTENTION, 400, 3_000_000); // of the next layer
      endPass();
    }

    assertThat(slow).hasSize(1);
    assertThat(slow.getFirst().step()).isEqualTo("attention");
    assertThat(slow.getFirst().batch()).isEqualTo("one token");
    assertThat(slow.getFirst().bytes()).isEqualTo(700);
    assertThat(slow.getFirst().time().toMillis()).isEqualTo(5);
    assertThat(slow.getFirst().duration()).hasSeconds(60);
  }

  @Test
  void compilationAndRareAllocationsAreNotReported() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      step(Step.ATTENTION, i < 500 ? 1_000_000 : 0, 1_000);
      step(Step.POSITIONS, i % 48 == 0 ? 64 : 0, 1_000);
      endPass();
    }

    assertThat(slow).isEmpty();
  }

  @Test
  void eachBatchHasKernelsOfItsOwn() {
    for (int i = 0; i < 2 * PASSES; i++) {
      watch.begin(i % 32 < 16 ? 1 : 20);
      step(Step.ATTENTION, i % 32 < 16 ? 0 : 100, 1_000);
      endPass();
    }

    assertThat(slow).hasSize(1);
    assertThat(slow.getFirst().batch()).isEqualTo(MatMul.TOKENS_TOGETHER + " tokens or more");
  }

  /** Few tokens cost the time to read the weights, whose size depends on the type. */
  @Test
  void productIsComparedByTheBytesOfItsWeights() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      product(Step.QKV, WEIGHTS, 1, 1_000_000);
      product(Step.DOWN, WEIGHTS, 1, 9_000_000);
      product(Step.GATE_UP, WEIGHTS, 1, 12_000_000);
      product(Step.LOGITS, LARGE_WEIGHTS, 1, 12_000_000);
      endPass();
    }

    assertThat(slow).hasSize(1);
    assertThat(slow.getFirst().step()).isEqualTo("the product with ffn_up");
    assertThat(slow.getFirst().slowdown()).isEqualTo(12);
  }

  @Test
  void productOfManyTokensIsComparedByItsMultiplications() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(100);
      product(Step.QKV, WEIGHTS, 100, 10_000_000);
      product(Step.LOGITS, WEIGHTS, 8, 800_000); // only the last tokens'
      product(Step.DOWN, LARGE_WEIGHTS, 100, 101_000_000);
      endPass();
    }

    assertThat(slow).hasSize(1);
    assertThat(slow.getFirst().step()).isEqualTo("the product with ffn_down");
  }

  /** After a prompt, only the last tokens' logits are computed, for the price of their weights. */
  @Test
  void productOfFewTokensAmongManyIsComparedByBytes() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(100);
      product(Step.QKV, WEIGHTS, 100, 10_000_000);
      product(Step.LOGITS, WEIGHTS, 4, 6_000_000);
      endPass();
    }

    assertThat(slow).isEmpty();
  }

  @Test
  void stepThatIsFastAtTimesIsReportedLater() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      step(Step.ATTENTION, i % 160 == 0 ? 0 : 100, 1_000);
      endPass();
    }

    assertThat(slow).isEmpty();

    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      step(Step.ATTENTION, i % 640 == 0 ? 0 : 100, 1_000);
      endPass();
    }

    assertThat(slow).hasSize(1);
  }

  @Test
  void shortProductsAreNotCompared() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      product(Step.QKV, WEIGHTS, 1, 1_000);
      product(Step.DOWN, WEIGHTS, 1, 400_000);
      endPass();
    }

    assertThat(slow).isEmpty();
  }

  @Test
  void abandonedPassesDoNotCount() {
    for (int i = 0; i < PASSES; i++) {
      watch.begin(1);
      step(Step.ATTENTION, 100, 1_000);
    }

    assertThat(slow).isEmpty();
  }

  @Test
  void kernelThatHotSpotDoesNotCompileIsReported(@TempDir Path directory) {
    String printed =
        ForkedJvm.run(
            Program.class,
            directory,
            List.of(
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=exclude,io.github.phi4j.internal.kernel.KeyScores*::*"),
            directory.toString());

    assertThat(printed).contains("attention is slow with one token");
  }

  /** Decodes with the JVM's counter of bytes, until the watch reports attention. */
  static final class Program {

    private static final ThreadMXBean COUNTERS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Program() {}

    public static void main(String[] args) {
      Path path =
          RandomModel.phi4().layers(1).heads(4, 2, 64).write(Path.of(args[0], "random.gguf"));
      AtomicLong clock = new AtomicLong();
      List<SlowStep> slow = new ArrayList<>();
      KernelWatch watch =
          new KernelWatch(
              COUNTERS::getCurrentThreadAllocatedBytes,
              () -> clock.addAndGet(PASS_NANOS),
              slow::add);
      try (LoadedModel model =
              new LoadedModel(path, 1, KernelProvider.kernels(), PackedWeights.OFF, watch);
          KvCache cache = model.newCache(KvCacheType.F16, 64)) {
        Slice slice = new Slice(cache, () -> false);
        int[] tokens = model.randomTokens(1, 1);
        float[][] logits = model.newRows(1);
        while (slow.stream().noneMatch(step -> step.step().equals("attention"))) {
          cache.truncate(0);
          slice.set(tokens, 0, 1, 1, logits, 0);
          model.run(slice);
        }
        slow.forEach(step -> System.out.println(step.step() + " is slow with " + step.batch()));
      }
    }
  }
}
