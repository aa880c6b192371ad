package io.github.phi4j.internal.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What comes next of a file that is written from some place on: threads fill it side by side, and
 * one of them then writes it. That is done in pieces that begin at multiples of their size, since
 * Linux keeps such a piece as one large page in its cache, where the file system can. A mapping of
 * small pages may be several times slower to read, for as long as the file stays in the cache.
 */
final class FileWindow implements AutoCloseable {

  private static final int PIECE = 2 << 20;
  private static final int ALIGNMENT = 4096;

  private final FileChannel channel;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("phi4j-writer").daemon().factory());
  private MemorySegment memory; // that is filled
  private MemorySegment spare; // that is written meanwhile
  private long start; // of the memory in the file, a multiple of pieces
  private long written; // up to where the file is, or will be once the writer is done
  private Future<?> writing = CompletableFuture.completedFuture(null);

  /**
   * Creates a window.
   *
   * @param from where the file is written from
   * @param ahead the most that is filled before it is written
   * @param arena the memory's, which is twice as much; shared, and closed after the window
   */
  FileWindow(FileChannel channel, long from, long ahead, Arena arena) {
    this.channel = channel;
    memory = arena.allocate(ahead + PIECE, ALIGNMENT);
    spare = arena.allocate(ahead + PIECE, ALIGNMENT);
    start = wholePieces(from);
    written = from;
  }

  private static long wholePieces(long position) {
    return position / PIECE * PIECE;
  }

  /**
   * The memory for a part of the file, which is good until the next {@link #write}. Threads may ask
   * for theirs at a time, but not during a call of {@code write}.
   */
  MemorySegment at(long position, long bytes) {
    return memory.asSlice(position - start, bytes);
  }

  /**
   * Has the whole pieces of what was filled written while the caller fills what follows.
   *
   * @param filled where in the file that ends
   * @throws UncheckedIOException if an earlier piece could not be written
   */
  void write(long filled) {
    long end = wholePieces(filled);
    if (end <= start) {
      return;
    }
    await();
    MemorySegment full = memory;
    long from = written;
    long fullStart = start;
    MemorySegment.copy(full, end - start, spare, 0, filled - end);
    memory = spare;
    spare = full;
    start = end;
    if (from < end) {
      written = end;
      writing = writer.submit(() -> write(full, fullStart, from, end));
    }
  }

  /**
   * Writes all of what was filled.
   *
   * @param filled where in the file that ends
   * @throws UncheckedIOException if it cannot be written
   */
  void flush(long filled) {
    await();
    write(memory, start, written, filled);
    written = Math.max(written, filled);
  }

  private void write(MemorySegment bytes, long bytesStart, long from, long to) {
    try {
      for (long at = from; at < to; ) {
        long end = Math.min(to, wholePieces(at) + PIECE);
        ByteBuffer piece = bytes.asSlice(at - bytesStart, end - at).asByteBuffer();
        while (piece.hasRemaining()) {
          at += channel.write(piece, at);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the writer; an interrupt is kept for later. */
  private void await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          writing.get();
          return;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      writing = CompletableFuture.completedFuture(null);
      throw e.getCause() instanceof UncheckedIOException failure
          ? new UncheckedIOException(failure.getCause()) // with this thread's stack too
          : new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until nothing is being written; what is not written yet is forgotten. */
  @Override
  public void close() {
    writer.close();
  }
}
