package io.github.phi4j.internal.kernel;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.RandomBlocks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * That no kernel is left boxing its vectors by what ran before it in the same JVM: JVMs that run
 * kernels of all types and cache types in random orders, each JVM with another width. The system
 * property {@code phi4j.orders} is the number of JVMs; their speeds are compared too.
 */
@EnabledIfSystemProperty(named = "phi4j.orders", matches = "\\d+")
final class KernelOrderTest {

  private static final List<String> WIDTHS = List.of("", "256", "128");

  @TempDir private Path directory;

  @Test
  void noKernelAllocatesWhateverRanBefore() {
    int jvms = Integer.getInteger("phi4j.orders");
    Map<String, List<Double>> nanos = new TreeMap<>();
    for (int i = 0; i < jvms; i++) {
      String width = WIDTHS.get(i % WIDTHS.size());
      String printed =
          ForkedJvm.run(
              Program.class, directory, List.of("-Dphi4j.kernels=" + width), Integer.toString(i));
      for (String line : printed.lines().filter(l -> l.startsWith("kernel ")).toList()) {
        String[] parts = line.split(" ", -1);
        assertThat(parts[2])
            .as("bytes of %s in JVM %d, width %s", parts[1], i, width)
            .isEqualTo("0");
        nanos
            .computeIfAbsent(width + " " + parts[1], _ -> new ArrayList<>())
            .add(Double.parseDouble(parts[3]));
      }
      assertThat(printed).contains("the end");
    }
    assertThat(nanos).isNotEmpty();
    List<String> slow = new ArrayList<>();
    nanos.forEach((name, times) -> {
      double median = times.stream().sorted().toList().get(times.size() / 2);
      double longest = Collections.max(times);
      String line = String.format(ROOT, "%s: median %.0f ns, longest %.0f", name, median, longest);
      System.out.println(line);
      if (longest >= 2 * median) {
        slow.add(line);
      }
    });
    assertThat(slow).as("kernels whose slowest JVM is below half of the median speed").isEmpty();
  }

  /** Runs kernels in an order given by a seed, then each once more; prints what they cost then. */
  static final class Program {

    private static final int COLUMNS = 1024;
    private static final int ROWS = 64;
    private static final int CALLS = 500; // in a round
    private static final int ROUNDS = 60;
    private static final int PAUSE_MILLIS = 500;
    private static final int FREE_CALLS = 20;
    private static final ThreadMXBean COUNTERS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private record Kernel(String name, Runnable call) {}

    private static final Kernels KERNELS = KernelProvider.kernels();

    private Program() {}

    public static void main(String[] args) throws InterruptedException {
      Random random = new Random(Long.parseLong(args[0]));
      List<Kernel> kernels = new ArrayList<>();
      for (BlockFormat format : BlockFormats.all()) {
        for (int tokens : new int[] {1, 2, 9, 10, 11}) {
          addProducts(kernels, format.type(), tokens);
        }
      }
      for (KvCacheType type : KvCacheType.values()) {
        for (int queries : new int[] {1, 3, 4, 12}) {
          for (int headLength : new int[] {64, 96, 128}) {
            addAttention(kernels, new KvLayout(headLength, type), queries);
          }
        }
      }
      addOthers(kernels);
      Collections.shuffle(kernels, random);
      for (Kernel kernel : kernels) {
        warmUp(kernel);
      }
      Collections.shuffle(kernels, random);
      for (Kernel kernel : kernels) {
        long bytes = warmUp(kernel);
        System.out.printf("kernel %s %d %d%n", kernel.name, bytes, nanos(kernel));
      }
      System.out.println("the end");
    }

    /**
     * Calls a kernel until it allocates nothing; returns the bytes of the last call. Until it is
     * compiled, a kernel boxes: pauses leave a processor to the compiler, however busy the machine.
     */
    private static long warmUp(Kernel kernel) throws InterruptedException {
      long bytes = callUntilFree(kernel);
      for (int round = 1; round < ROUNDS && bytes > 0; round++) {
        Thread.sleep(PAUSE_MILLIS);
        bytes = callUntilFree(kernel);
      }
      return bytes;
    }

    private static long callUntilFree(Kernel kernel) {
      long bytes = 0;
      int free = 0;
      for (int i = 0; i < CALLS && free < FREE_CALLS; i++) {
        long before = COUNTERS.getCurrentThreadAllocatedBytes();
        kernel.call.run();
        bytes = COUNTERS.getCurrentThreadAllocatedBytes() - before;
        free = bytes == 0 ? free + 1 : 0;
      }
      return free < FREE_CALLS ? Math.max(bytes, 1) : 0;
    }

    /** The shortest of several times, which other processes disturb least. */
    private static long nanos(Kernel kernel) {
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i < 45; i++) {
        long start = System.nanoTime();
        for (int j = 0; j < 10; j++) {
          kernel.call.run();
        }
        shortest = Math.min(shortest, (System.nanoTime() - start) / 10);
      }
      return shortest;
    }

    private static float[] numbers(int length) {
      Random random = new Random(length);
      float[] numbers = new float[length];
      for (int i = 0; i < length; i++) {
        numbers[i] = (float) random.nextGaussian();
      }
      return numbers;
    }

    private static void addProducts(List<Kernel> kernels, GgmlType type, int tokens) {
      byte[] blocks = RandomBlocks.of(type, ROWS, COLUMNS, 0.05, new Random(1));
      BlockFormat format = BlockFormats.of(type).orElseThrow();
      Matrix w = new Matrix(format, MemorySegment.ofArray(blocks), ROWS, COLUMNS);
      PackedMatrix packed = PackedCopies.pack(w, Arena.ofAuto()).packed().orElseThrow();
      float[] x = numbers(tokens * COLUMNS);
      float[] y = new float[tokens * ROWS];
      Scratch scratch = KERNELS.newScratch(COLUMNS, tokens);
      kernels.add(
          new Kernel(
              type + "x" + tokens,
              () -> KERNELS.multiply(w, 0, ROWS, x, tokens, y, 0, ROWS, scratch)));
      Activations batch = new Activations();
      kernels.add(
          new Kernel(
              "packed-" + type + "x" + tokens,
              () -> {
                batch.set(x, COLUMNS, tokens);
                if (packed.layout() instanceof QuantLayout layout) {
                  batch.prepareFor(layout);
                  batch.reserve();
                  for (int t = 0; t < tokens; t++) {
                    KERNELS.quantize(batch, t, 0, COLUMNS);
                  }
                }
                KERNELS.multiplyPacked(packed, 0, ROWS, batch, y, 0, ROWS, scratch);
              }));
    }

    private static void addAttention(List<Kernel> kernels, KvLayout layout, int queries) {
      int length = layout.headLength();
      MemorySegment page = Arena.ofAuto().allocate(layout.headBytes(), 64);
      float[] vector = numbers(length);
      for (int slot = 0; slot < KvLayout.PAGE_LENGTH; slot++) {
        layout.storeKey(page, 0, slot, vector, 0);
      }
      int rows = Math.ceilDiv(queries, Kernels.QUERY_BLOCK) * Kernels.QUERY_BLOCK;
      float[] q = numbers(rows * length);
      float[] scores = new float[rows * Kernels.CHUNK];
      float[] out = new float[queries * layout.rowLength()];
      String name = layout.type() + "-" + length + "x" + queries;
      kernels.add(
          new Kernel(
              "scores-" + name,
              () -> KERNELS.scores(layout, page, 0, 63, q, queries, 0.1f, scores, 0)));
      float[] probabilities = new float[rows * Kernels.CHUNK];
      kernels.add(
          new Kernel(
              "values-" + name,
              () -> KERNELS.accumulate(layout, page, 0, 63, probabilities, 0, queries, out, 0)));
    }

    private static void addOthers(List<Kernel> kernels) {
      float[] x = numbers(2 * COLUMNS);
      float[] out = new float[2 * COLUMNS];
      float[] weight = numbers(COLUMNS);
      kernels.add(new Kernel("norm", () -> KERNELS.rmsNorm(x, 0, weight, 1e-5f, out, 0)));
      kernels.add(new Kernel("swiglu", () -> KERNELS.swiGlu(x, 0, COLUMNS, COLUMNS, out, 0)));
      float[] powers = new float[COLUMNS];
      kernels.add(
          new Kernel(
              "exponentials",
              () -> {
                float most = KERNELS.max(powers, 0, COLUMNS);
                KERNELS.exponentials(powers, 0, COLUMNS, most);
              }));
    }
  }
}
