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
 * A double-buffered window of a file that is written sequentially: threads fill one buffer in
 * parallel while a writer thread writes the other. Writes are aligned pieces, since Linux keeps
 * each in its page cache as one large page, if the file system supports it. A mapping of small
 * pages may be several times slower to read, as long as the file is cached.
 */
final class FileWindow implements AutoCloseable {

  private static final int PIECE = 2 << 20;
  private static final int ALIGNMENT = 4096;

  private final FileChannel channel;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("phi4j-writer").daemon().factory());
  private MemorySegment memory; // being filled
  private MemorySegment spare; // being written
  private long start; // file offset of memory, a multiple of the piece size
  private long written; // end of the data that is written or being written
  private Future<?> writing = CompletableFuture.completedFuture(null);

  /**
   * Creates a window.
   *
   * @param from the file offset to start from
   * @param ahead the maximum number of bytes to fill before a write
   * @param arena for the buffers, twice {@code ahead}; shared, and closed after the window
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
   * Returns the memory for a part of the file, valid until the next {@link #write}. Thread-safe,
   * except during {@code write}.
   */
  MemorySegment at(long position, long bytes) {
    return memory.asSlice(position - start, bytes);
  }

  /**
   * Writes all complete pieces in the background while the caller fills the next part.
   *
   * @param filled the file offset where the filled data ends
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
   * Writes all filled data.
   *
   * @param filled the file offset where the filled data ends
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

  /** Waits for the writer; preserves an interrupt. */
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
          ? new UncheckedIOException(failure.getCause()) // adds this thread's stack trace
          : new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for a write in progress and discards unwritten data. */
  @Override
  public void close() {
    writer.close();
  }
}
