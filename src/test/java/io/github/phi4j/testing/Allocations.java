package io.github.phi4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;

/** Heap allocation, as the virtual machine counts it for each thread. */
public final class Allocations {

  private static final int ROUNDS = 200;

  private Allocations() {}

  /** The bytes that this thread allocates for some work. */
  public static long of(Runnable work) {
    ThreadMXBean counters = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = counters.getCurrentThreadAllocatedBytes();
    work.run();
    return counters.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Asserts that work which is repeated comes to allocate nothing. It is repeated until a round is
   * free, for while code is being compiled, interpreted and compiled parts of it may box what
   * neither does alone.
   */
  public static void assertNoneAfterWarmUp(Collection<Thread> threads, Runnable work) {
    ThreadMXBean counters = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = threads.stream().mapToLong(Thread::threadId).toArray();
    long[] before = new long[ids.length];
    long[] allocated = new long[ids.length];
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > 0; round++) {
      for (int i = 0; i < ids.length; i++) {
        before[i] = counters.getThreadAllocatedBytes(ids[i]);
      }
      work.run();
      long sum = 0;
      for (int i = 0; i < ids.length; i++) {
        allocated[i] = counters.getThreadAllocatedBytes(ids[i]) - before[i];
        sum += allocated[i];
      }
      least = Math.min(least, sum);
    }
    assertThat(least).as("bytes allocated in the round that allocated least").isZero();
  }
}
