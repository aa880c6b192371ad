package io.github.phi4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.testing.Allocations;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
final class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void everyPartRunsExactlyOnceByAWorkerOfThePool(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertThat(pool.threads()).isEqualTo(threads);
      for (int parts : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(parts);
        AtomicInteger foreignThreads = new AtomicInteger();
        pool.run(
            (part, worker) -> {
              runs.incrementAndGet(part);
              if (worker < 0 || worker >= threads) {
                foreignThreads.incrementAndGet();
              }
            },
            parts);
        for (int part = 0; part < parts; part++) {
          assertThat(runs.get(part)).as("runs of part %d of %d", part, parts).isEqualTo(1);
        }
        assertThat(foreignThreads).hasValue(0);
      }
    }
  }

  @Test
  void aWorkerNumberIsNeverUsedByTwoThreadsAtATime() {
    int threads = 4;
    try (WorkerPool pool = new WorkerPool(threads)) {
      AtomicIntegerArray inside = new AtomicIntegerArray(threads);
      AtomicInteger clashes = new AtomicInteger();
      for (int i = 0; i < 2_000; i++) {
        pool.run(
            (part, worker) -> {
              if (inside.incrementAndGet(worker) != 1) {
                clashes.incrementAndGet();
              }
              inside.decrementAndGet(worker);
            },
            9);
      }
      assertThat(clashes).hasValue(0);
    }
  }

  @Test
  void theCallingThreadIsWorkerZero() {
    Thread caller = Thread.currentThread();
    AtomicInteger wrong = new AtomicInteger();
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 100; i++) {
        pool.run(
            (part, worker) -> {
              if ((worker == 0) != Thread.currentThread().equals(caller)) {
                wrong.incrementAndGet();
              }
            },
            20);
      }
    }
    assertThat(wrong).hasValue(0);
  }

  /** Tasks that end before the last worker has noticed them, with varying sizes. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void manyTinyTasksRunEachPartOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      int[] plain = new int[8]; // not atomic: the end of a run must publish it
      AtomicLong runs = new AtomicLong();
      long expected = 0;
      for (int i = 0; i < 100_000; i++) {
        int parts = 1 + i * 7 % 8;
        int mark = i;
        // Two kinds of tasks, so that running a part of the wrong one shows.
        if ((i & 1) == 0) {
          pool.run((part, worker) -> plain[part] = mark, parts);
          for (int part = 0; part < parts; part++) {
            if (plain[part] != mark) {
              throw new AssertionError("part " + part + " of task " + i + " was not done");
            }
          }
        } else {
          pool.run((part, worker) -> runs.addAndGet(part + 1), parts);
          expected += parts * (parts + 1) / 2;
          if (runs.get() != expected) {
            throw new AssertionError("task " + i + ": " + runs + " instead of " + expected);
          }
        }
      }
    }
  }

  @Test
  void parkedWorkersWake() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 5; i++) {
        awaitParked(2);
        Set<Integer> workers = new HashSet<>();
        CountDownLatch together = new CountDownLatch(3);
        pool.run(
            (part, worker) -> {
              synchronized (workers) {
                workers.add(worker);
              }
              together.countDown();
              try { // one thread cannot run two parts, so all are needed
                together.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            3);
        assertThat(workers).containsExactlyInAnyOrder(0, 1, 2);
      }
    }
  }

  private static void awaitParked(int count) throws InterruptedException {
    while (workers().stream().filter(t -> t.getState() == Thread.State.WAITING).count() < count) {
      Thread.sleep(1);
    }
  }

  private static Set<Thread> workers() {
    Set<Thread> workers = new HashSet<>(Thread.getAllStackTraces().keySet());
    workers.removeIf(thread -> !thread.getName().startsWith("phi4j-worker-"));
    return workers;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void exceptionsAndErrorsOfAPartReachTheCallerAndThePoolStaysUsable(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      for (int failing = 0; failing < 50; failing += 7) {
        int wrong = failing;
        RuntimeException exception = new IllegalArgumentException("part " + wrong);
        assertThatThrownBy(() -> pool.run(throwing(wrong, exception), 50)).isSameAs(exception);
        Error error = new InternalError("part " + wrong);
        assertThatThrownBy(() -> pool.run(throwing(wrong, error), 50)).isSameAs(error);

        AtomicInteger runs = new AtomicInteger();
        pool.run((part, worker) -> runs.incrementAndGet(), 50);
        assertThat(runs).hasValue(50);
      }
    }
  }

  private static WorkerPool.Task throwing(int failing, Throwable thrown) {
    return (part, worker) -> {
      if (part == failing) {
        WorkerPoolTest.<RuntimeException>sneakyThrow(thrown);
      }
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneakyThrow(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void noPartRunsAfterAFailureReachesTheCaller() {
    try (WorkerPool pool = new WorkerPool(4)) {
      AtomicInteger inside = new AtomicInteger();
      for (int i = 0; i < 200; i++) {
        assertThatThrownBy(() ->
                pool.run(
                    (part, worker) -> {
                      inside.incrementAndGet();
                      try {
                        if (part % 3 == 1) {
                          throw new IllegalStateException("fails");
                        }
                        LockSupport.parkNanos(10_000);
                      } finally {
                        inside.decrementAndGet();
                      }
                    },
                    30))
            .hasMessage("fails");
        assertThat(inside).hasValue(0);
      }
    }
  }

  @Test
  void anInterruptedCallerGetsItsResultAndStaysInterrupted() {
    try (WorkerPool pool = new WorkerPool(3)) {
      AtomicInteger runs = new AtomicInteger();
      Thread.currentThread().interrupt();
      for (int i = 0; i < 20; i++) {
        pool.run(
            (part, worker) -> {
              if (worker > 0) {
                LockSupport.parkNanos(2_000_000); // longer than the caller spins
              }
              runs.incrementAndGet();
            },
            6);
      }
      assertThat(Thread.interrupted()).isTrue();
      assertThat(runs).hasValue(120);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void closingEndsTheThreadsAlsoOfAnInterruptedCallerAndTwiceIsHarmless() {
    Set<Thread> before = workers();
    WorkerPool pool = new WorkerPool(4);
    Set<Thread> started = workers();
    started.removeAll(before);
    assertThat(started).hasSize(3).allMatch(Thread::isDaemon);

    Thread.currentThread().interrupt();
    pool.close();
    assertThat(Thread.interrupted()).isTrue();
    pool.close();

    assertThat(started).noneMatch(Thread::isAlive);
  }

  @Test
  void manyPoolsLeakNoThreads() {
    Set<Thread> before = workers();
    for (int i = 0; i < 200; i++) {
      try (WorkerPool pool = new WorkerPool(4)) {
        if (i % 2 == 0) {
          pool.run((part, worker) -> {}, 10);
        }
      }
    }
    assertThat(before).containsAll(workers());
  }

  @Test
  void aClosedPoolRefusesWork() {
    WorkerPool pool = new WorkerPool(2);
    pool.close();

    assertThatThrownBy(() -> pool.run((part, worker) -> {}, 1))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aTaskCannotRunAnotherOne() {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(
                () -> pool.run((part, worker) -> pool.run((inner, innerWorker) -> {}, 2), 5))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("already");
      }
      AtomicInteger runs = new AtomicInteger();
      pool.run((part, worker) -> runs.incrementAndGet(), 5);
      assertThat(runs).hasValue(5);
    }
  }

  @Test
  void aPoolNeedsAThread() {
    assertThatThrownBy(() -> new WorkerPool(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  @Test
  void aRunAllocatesNothing() {
    try (WorkerPool pool = new WorkerPool(3)) {
      Set<Thread> threads = workers();
      threads.add(Thread.currentThread());
      int[] sums = new int[3 * 32];
      WorkerPool.Task task = (part, worker) -> sums[32 * worker] += part;
      Allocations.assertNoneAfterWarmUp(
          threads,
          () -> {
            for (int i = 0; i < 1_000; i++) {
              pool.run(task, 1 + i % 7);
            }
            LockSupport.parkNanos(1_000_000); // the workers park, too
          });
    }
  }
}
