package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.Speculation;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.testing.TinyModel;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many threads that generate, feed, cancel, close and fail at random: nothing hangs, nothing leaks,
 * and each finished text is the same as alone. The system property {@code phi4j.soak} is the
 * duration in seconds.
 */
final class SoakTest {

  private static final int USERS = 64;
  private static final int TASKS = 24;
  private static final long MEGABYTE = 1 << 20;

  @TempDir private Path directory;

  private final long seconds = Long.getLong("phi4j.soak", 3);
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();

  /** A prompt with its expected text. */
  private record Task(Prompt prompt, GenerationOptions options, String text) {}

  @Test
  void manyConcurrentSessionsLeakNothing() throws Exception {
    soak(1); // loads everything that stays loaded
    long heap = heap();
    long direct = outside("direct");
    long mapped = outside("mapped");
    long resident = resident();
    int threads = Thread.activeCount();
    long mappings = mappings();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    soak(seconds);

    assertThat(finished.get()).isPositive();
    assertThat(cancelled.get()).isPositive();
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !before.contains(thread))
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("phi4j-"));
    assertThat(Thread.activeCount()).as("threads").isLessThanOrEqualTo(threads);
    assertThat(heap()).as("bytes of heap").isLessThan(heap + 32 * MEGABYTE);
    assertThat(outside("direct")).as("bytes of direct memory").isLessThan(direct + MEGABYTE);
    assertThat(outside("mapped")).as("bytes of mapped files").isEqualTo(mapped);
    assertThat(resident()).as("bytes of memory").isLessThan(resident + 512 * MEGABYTE);
    assertThat(mappings()).as("mappings").isLessThanOrEqualTo(mappings);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("packed");
    }
    System.out.printf(
        Locale.ROOT,
        "%d calls finished, %d ended otherwise; heap %+d KiB, outside of it %+d KiB, mapped %+d,"
            + " all resident memory %+d MiB%n",
        finished.get(),
        cancelled.get(),
        (heap() - heap) >> 10,
        (outside("direct") - direct) >> 10,
        outside("mapped") - mapped,
        (resident() - resident) / MEGABYTE);
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Returns the bytes of one kind of memory outside the heap: direct, which arenas allocate, or
   * mapped.
   */
  private static long outside(String kind) {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals(kind))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }

  /**
   * Returns the number of mappings of models, packed weights and saved sessions, including deleted
   * ones.
   */
  private long mappings() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return 0;
    }
    return Files.readAllLines(maps).stream()
        .filter(line -> line.contains(".gguf") || line.contains(directory.toString()))
        .count();
  }

  private void soak(long duration) throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(duration);
    ThreadFactory platform = Thread.ofPlatform().name("user-", 0).factory();
    ThreadFactory virtual = Thread.ofVirtual().name("virtual-user-", 0).factory();
    try (ThreadPool pool = Phi4.newThreadPool(2);
        Generator plain = load(TinyModel.Q8_0, pool, PackedWeights.OFF);
        Generator packed = load(TinyModel.Q4_K_M, pool, PackedWeights.FILE);
        ScheduledExecutorService troublemaker = Executors.newScheduledThreadPool(2)) {
      List<Task> plainTasks = tasks(plain);
      List<Task> packedTasks = tasks(packed);
      List<Future<?>> results = new ArrayList<>();
      try (var even = Executors.newThreadPerTaskExecutor(platform);
          var odd = Executors.newThreadPerTaskExecutor(virtual)) {
        for (int i = 0; i < USERS; i++) {
          Random random = new Random(i);
          Generator generator = i % 4 < 2 ? plain : packed;
          List<Task> tasks = i % 4 < 2 ? plainTasks : packedTasks;
          results.add(
              (i % 2 == 0 ? even : odd)
                  .submit(() -> {
                    do { // at least once, on however busy a machine
                      use(generator, tasks, troublemaker, random);
                    } while (System.nanoTime() < end);
                    return null;
                  }));
        }
        for (Future<?> result : results) {
          result.get();
        }
      }
    }
  }

  private Generator load(TinyModel model, ThreadPool pool, PackedWeights packed) {
    return Phi4.load(
        model.path(),
        LoadOptions.builder()
            .threadPool(pool)
            .packedWeights(packed)
            .packedFolder(directory.resolve("packed"))
            .maxSequences(16)
            .build());
  }

  private static List<Task> tasks(Generator generator) {
    Random random = new Random(77);
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      int[] ids = random.ints(random.nextInt(1, i % 6 == 0 ? 400 : 40), 0, 4000).toArray();
      Sampling sampling =
          i % 3 == 0 ? Sampling.greedy() : Sampling.topP(1, 0.9f).toBuilder().seed(i).build();
      GenerationOptions options =
          GenerationOptions.builder()
              .maxTokens(random.nextInt(1, 30))
              .sampling(sampling)
              .ignoreModelStop(i % 2 == 0)
              .build();
      Prompt prompt = Prompt.tokens(ids);
      tasks.add(new Task(prompt, options, generator.generate(prompt, options).text()));
    }
    return tasks;
  }

  private void use(
      Generator generator, List<Task> tasks, ScheduledExecutorService troublemaker, Random random)
      throws IOException {
    Task task = tasks.get(random.nextInt(tasks.size()));
    GenerationOptions options =
        random.nextInt(4) == 0
            ? task.options().toBuilder().speculation(Speculation.lookup()).build()
            : task.options();
    try (Session session = generator.newSession()) {
      switch (random.nextInt(10)) {
        case 0 -> // a cancel, sooner or later
            withTrouble(troublemaker, session::cancel, random, session, options, task);
        case 1 -> // a close
            withTrouble(troublemaker, session::close, random, session, options, task);
        case 2 -> { // an interrupt
          Thread self = Thread.currentThread();
          withTrouble(troublemaker, self::interrupt, random, session, options, task);
        }
        case 3 -> // a sink that fails
            session.generate(
                task.prompt(),
                options,
                text -> {
                  throw new ArithmeticException("the sink fails");
                });
        case 4 -> { // tokens one by one, and back
          session.feed(1, 2, 3);
          session.feed(random.nextInt(4000));
          session.rewind(2);
          check(session.generate(task.prompt(), options), task);
        }
        case 5 -> session.feed(5000); // no such token
        case 6 -> { // two with a common prefix, one of them through a file
          session.feed(7, 8, 9);
          Path file = Files.createTempFile(directory, "session", null);
          session.save(file);
          try (Session fork = session.fork();
              Session restored = generator.restore(file)) {
            Files.delete(file);
            fork.feed(1);
            check(fork.generate(task.prompt(), options), task);
            restored.feed(2);
            check(restored.generate(task.prompt(), options), task);
          }
        }
        case 7 -> { // a context that shifts, again and again
          SessionOptions small = SessionOptions.builder().contextLength(40).build();
          try (Session shifting = generator.newSession(small)) {
            GenerationOptions endless =
                GenerationOptions.builder()
                    .maxTokens(60)
                    .ignoreModelStop(true)
                    .contextShift(ContextShift.keep(3))
                    .build();
            assertThat(shifting.generate(Prompt.tokens(7, 8, 9), endless).tokens()).hasSize(60);
          }
        }
        case 8 ->
            session
                .generate(task.prompt(), options, 2)
                .forEach(each -> {
                  assertThat(each.finishReason()).isNotEqualTo(FinishReason.CANCELLED);
                });
        default -> check(generator.generate(task.prompt(), options), task);
      }
    } catch (CancellationException | ArithmeticException | IllegalArgumentException _) {
      cancelled.incrementAndGet();
    } catch (ClosedException e) {
      assertThat(e).hasMessageContaining("closed");
    } finally {
      Thread.interrupted();
    }
  }

  private void withTrouble(
      ScheduledExecutorService troublemaker,
      Runnable trouble,
      Random random,
      Session session,
      GenerationOptions options,
      Task task) {
    Future<?> later = troublemaker.schedule(trouble, random.nextInt(30), TimeUnit.MILLISECONDS);
    try {
      check(session.generate(task.prompt(), options), task);
    } finally {
      later.cancel(false);
    }
  }

  private void check(Completion completion, Task task) {
    if (completion.finishReason() == FinishReason.CANCELLED) {
      assertThat(task.text()).startsWith(completion.text());
      cancelled.incrementAndGet();
    } else {
      assertThat(completion.text()).isEqualTo(task.text());
      finished.incrementAndGet();
    }
  }
}
