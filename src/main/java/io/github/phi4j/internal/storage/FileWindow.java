package io.github.phi4j.internal.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * What comes next of a file that is written from some place on: threads fill it side by side, and
 * one of them then writes it. That is done in pieces that begin at multiples of their size, since
 * Linux keeps such a piece as one large page in its cache, where the file system can. A mapping of
 * small pages may be several times slower to read, for as long as the file stays in the cache.
 */
final class FileWindow {

  private static final int PIECE = 2 << 20;
  private static final int ALIGNMENT = 4096;

  private final FileChannel channel;
  private final MemorySegment memory;
  private long start; // of the memory in the file, a multiple of pieces
  private long written; // up to where the file is

  /**
   * Creates a window.
   *
   * @param from where the file is written from
   * @param ahead the most that is filled before it is written
   * @param arena the memory's
   */
  FileWindow(FileChannel channel, long from, long ahead, Arena arena) {
    this.channel = channel;
    memory = arena.allocate(ahead + PIECE, ALIGNMENT);
    start = wholePieces(from);
    written = from;
  }

  private static long wholePieces(long position) {
    return position / PIECE * PIECE;
  }

  /**
   * The memory for a part of the file, which is good until the next {@link #write}. Threads may ask
   * for theirs at a time, but not while one writes.
   */
  MemorySegment at(long position, long bytes) {
    return memory.asSlice(position - start, bytes);
  }

  /**
   * Writes the whole pieces of what was filled, and goes on.
   *
   * @param filled where in the file that ends
   * @throws UncheckedIOException if it cannot be written
   */
  void write(long filled) {
    long end = wholePieces(filled);
    flush(end);
    if (end > start) {
      MemorySegment.copy(memory, end - start, memory, 0, filled - end);
      start = end;
    }
  }

  /**
   * Writes all of what was filled.
   *
   * @param filled where in the file that ends
   * @throws UncheckedIOException if it cannot be written
   */
  void flush(long filled) {
    while (written < filled) {
      long end = Math.min(filled, wholePieces(written) + PIECE);
      ByteBuffer piece = at(written, end - written).asByteBuffer();
      try {
        while (piece.hasRemaining()) {
          written += channel.write(piece, written);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
