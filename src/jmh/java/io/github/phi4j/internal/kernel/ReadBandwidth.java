package io.github.phi4j.internal.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures how fast threads can read memory when they do nothing but add up what they read, once in
 * memory of their own and once in a mapped file, and prints bytes per second of both as JSON.
 * Decoding reads every weight once for each token: this is what it could reach at best. Depends on
 * nothing, so that {@code java} can start the source file.
 */
public final class ReadBandwidth {

  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final int PIECE = 4 << 20;
  private static final long MOST_BYTES = 1L << 30;
  private static final long WARM_UP_NANOS = 500_000_000;
  private static final int PASSES = 9;

  private final MemorySegment segment;
  private final int pieces;
  private final int threads;

  private ReadBandwidth(MemorySegment segment, int threads) {
    this.segment = segment;
    this.pieces = (int) (segment.byteSize() / PIECE);
    this.threads = threads;
  }

  /** Takes a file, whose first gigabyte is read, and the number of threads. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int threads = Integer.parseInt(args[1]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(Path.of(args[0]))) {
      long length = Math.min(channel.size(), MOST_BYTES) / PIECE * PIECE;
      double mapped = 0;
      if (length > 0) {
        MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
        mapped = new ReadBandwidth(file, threads).measure();
      }
      MemorySegment own = arena.allocate(MOST_BYTES, 64);
      for (long at = 0; at < MOST_BYTES; at += Long.BYTES) {
        own.set(ValueLayout.JAVA_LONG, at, 1);
      }
      ReadBandwidth memory = new ReadBandwidth(own, threads);
      if (memory.pass() != MOST_BYTES / Long.BYTES) {
        throw new IllegalStateException("the sum is wrong");
      }
      System.out.printf(
          Locale.ROOT, "{\"memory\": %.0f, \"mapped\": %.0f}%n", memory.measure(), mapped);
    }
  }

  /** The median of some passes, in bytes per second. */
  private double measure() throws InterruptedException {
    long start = System.nanoTime();
    long sum = pass();
    while (System.nanoTime() - start < WARM_UP_NANOS) {
      pass();
    }
    List<Double> speeds = new ArrayList<>();
    for (int i = 0; i < PASSES; i++) {
      long from = System.nanoTime();
      long again = pass();
      speeds.add(1e9 * segment.byteSize() / (System.nanoTime() - from));
      if (again != sum) {
        throw new IllegalStateException("two passes gave different sums");
      }
    }
    speeds.sort(null);
    return speeds.get(PASSES / 2);
  }

  private long pass() throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicLong total = new AtomicLong();
    Runnable work =
        () -> {
          for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
            total.addAndGet(sum(segment.asSlice((long) piece * PIECE, PIECE)));
          }
        };
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      helpers.add(Thread.ofPlatform().start(work));
    }
    work.run();
    for (Thread helper : helpers) {
      helper.join();
    }
    return total.get();
  }

  private static long sum(MemorySegment piece) {
    int step = SPECIES.vectorByteSize();
    LongVector a = LongVector.zero(SPECIES);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    for (int at = 0; at < PIECE; at += 4 * step) {
      a = a.add(load(piece, at));
      b = b.add(load(piece, at + step));
      c = c.add(load(piece, at + 2 * step));
      d = d.add(load(piece, at + 3 * step));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static LongVector load(MemorySegment piece, int at) {
    return LongVector.fromMemorySegment(SPECIES, piece, at, ByteOrder.LITTLE_ENDIAN);
  }
}
