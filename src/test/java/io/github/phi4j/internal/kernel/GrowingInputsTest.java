package io.github.phi4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.testing.ForkedJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That no kernel boxes the vectors of long inputs because it was compiled while all were short, and
 * its loops had hardly run: each in a JVM where nothing has run before.
 */
final class GrowingInputsTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "add",
        "exponentials",
        "max",
        "norm",
        "quantize",
        "scores F16",
        "scores F32",
        "scores Q8_0",
        "swiglu",
        "values F16",
        "values F32",
        "values Q8_0"
      })
  void aKernelCompiledWithShortInputsDoesNotAllocateForLongOnes(String kernel) {
    String printed = ForkedJvm.run(Program.class, directory, List.of(), kernel.split(" ", -1));

    assertThat(printed.lines()).as("bytes allocated by a call").contains("0");
  }

  /** Calls a kernel with short inputs, then with long ones, and prints what one of those costs. */
  static final class Program {

    private static final int SHORT = 32;
    private static final int LONG = 1024;
    private static final int CALLS = 8_000;
    private static final int CALLS_WITHOUT_PAUSE = 500;
    private static final int PAUSE_MILLIS = 20; // leaves a processor to the compiler
    private static final ThreadMXBean COUNTERS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Kernels KERNELS = KernelProvider.kernels();

    private Program() {}

    public static void main(String[] args) throws InterruptedException {
      boolean attention = args.length > 1;
      IntConsumer kernel = attention ? attention(args[0], args[1]) : elementwise(args[0]);
      int most = attention ? KvLayout.PAGE_LENGTH : LONG;
      for (int i = 0; i < CALLS; i++) {
        call(kernel, i, i % (attention ? most / 2 : SHORT) + 1);
      }
      long least = Long.MAX_VALUE;
      for (int i = 0; i < CALLS && least > 0; i++) {
        least = Math.min(least, call(kernel, i, most));
      }
      System.out.println(least);
    }

    private static long call(IntConsumer kernel, int number, int length)
        throws InterruptedException {
      if (number % CALLS_WITHOUT_PAUSE == 0) {
        Thread.sleep(PAUSE_MILLIS);
      }
      long before = COUNTERS.getCurrentThreadAllocatedBytes();
      kernel.accept(length);
      return COUNTERS.getCurrentThreadAllocatedBytes() - before;
    }

    private static IntConsumer elementwise(String name) {
      float[] x = new float[2 * LONG];
      float[] y = new float[2 * LONG];
      float[] shortWeight = new float[SHORT];
      float[] longWeight = new float[LONG];
      Activations batch = new Activations();
      return switch (name) {
        case "add" -> length -> KERNELS.add(x, 0, y, 0, length);
        case "exponentials" -> length -> KERNELS.exponentials(x, 0, length, 0);
        case "max" -> length -> KERNELS.max(x, 0, length);
        case "norm" ->
            length -> KERNELS.rmsNorm(x, 0, length < LONG ? shortWeight : longWeight, 1, y, 0);
        case "quantize" ->
            length -> {
              int columns = length < LONG ? PackedLayout.BLOCK : LONG;
              batch.set(x, columns, 1);
              batch.reserve();
              KERNELS.quantize(batch, 0, 0, columns);
            };
        case "swiglu" -> length -> KERNELS.swiGlu(x, 0, LONG, length, y, 0);
        default -> throw new IllegalArgumentException(name);
      };
    }

    private static IntConsumer attention(String name, String type) {
      int length = 64;
      KvLayout layout = new KvLayout(length, KvCacheType.valueOf(type));
      MemorySegment page = Arena.ofAuto().allocate(layout.headBytes(), 64);
      int queries = 12; // a whole block, and less than one
      int rows = 2 * Kernels.QUERY_BLOCK;
      float[] q = new float[rows * length];
      float[] scores = new float[rows * Kernels.CHUNK];
      float[] out = new float[queries * layout.rowLength()];
      return switch (name) {
        case "scores" -> count -> KERNELS.scores(layout, page, 0, count, q, queries, 1, scores, 0);
        case "values" ->
            count -> KERNELS.accumulate(layout, page, 0, count, scores, 0, queries, out, 0);
        default -> throw new IllegalArgumentException(name);
      };
    }
  }
}
