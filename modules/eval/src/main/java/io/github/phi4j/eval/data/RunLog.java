package io.github.phi4j.eval.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.eval.internal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An append-only file of JSON lines that survives crashes: each record is written immediately, and
 * an incomplete last line is dropped when the log is reopened. Thread-safe. Only one process can
 * have it open.
 */
public final class RunLog implements AutoCloseable {

  private final Path file;
  private final FileChannel channel;
  private final List<Map<String, Object>> found = new ArrayList<>();

  private RunLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens or creates a log.
   *
   * @param file the file
   * @return the log; the caller closes it
   * @throws DataException if another process has it open, or a line other than the last is damaged
   * @throws UncheckedIOException if the file cannot be read or written
   */
  public static RunLog open(Path file) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!locks(channel)) {
        throw new DataException(
            file
                + ": another process is writing to this folder; wait for it, or"
                + " choose another folder");
      }
      RunLog log = new RunLog(file, channel);
      log.readAll();
      return log;
    } catch (IOException | RuntimeException e) {
      closeQuietly(channel, e);
      if (e instanceof RuntimeException failure) {
        throw failure;
      }
      throw new UncheckedIOException(
          file + ": cannot be opened: " + e.getMessage(), (IOException) e);
    }
  }

  private static void closeQuietly(FileChannel channel, Exception e) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException second) {
      e.addSuppressed(second);
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void readAll() throws IOException {
    if (channel.size() > Integer.MAX_VALUE - 16) {
      throw new DataException(
          file + ": found " + channel.size() + " bytes; expected less than 2 GiB");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
      // until all is read
    }
    byte[] all = bytes.array();
    int start = 0;
    long number = 1;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n') {
        add(new String(all, start, i - start, UTF_8), number++);
        start = i + 1;
      }
    }
    channel.truncate(start).position(start);
  }

  private void add(String line, long number) {
    try {
      JsonNode node = Json.read(line);
      if (node != null && node.isObject()) {
        found.add(Json.map(node));
        return;
      }
    } catch (JsonProcessingException e) {
      throw new DataException(damaged(number), e);
    }
    throw new DataException(damaged(number));
  }

  private String damaged(long number) {
    return file
        + ", line "
        + number
        + ": found no JSON object; expected a record of this program. Remove the line to compute "
        + "it again";
  }

  /**
   * Returns the records that existed when the file was opened.
   *
   * @return the records, in order
   */
  public List<Map<String, Object>> found() {
    return List.copyOf(found);
  }

  /**
   * Appends a record.
   *
   * @param entry the record, of texts, numbers, lists and maps
   * @throws UncheckedIOException if it cannot be written
   */
  public synchronized void append(Map<String, Object> entry) {
    ByteBuffer line = ByteBuffer.wrap((Json.line(Json.tree(entry)) + "\n").getBytes(UTF_8));
    try {
      while (line.hasRemaining()) {
        channel.write(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Syncs all records to disk, so that they survive a power failure.
   *
   * @throws UncheckedIOException if that fails
   */
  public void force() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
