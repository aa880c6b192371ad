package io.github.phi4j.eval.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Identifies files, so that results of different models or data are not mixed. */
public final class Fingerprint {

  private static final int WINDOW = 64 << 10;
  private static final int WINDOWS = 256;

  private Fingerprint() {}

  /**
   * Returns the fingerprint of a file, or of all files of a folder: SHA-256 of names, sizes and
   * contents; for files above 16 MiB, of 256 evenly spaced windows.
   *
   * @param path the file or folder
   * @return 16 hexadecimal digits
   * @throws UncheckedIOException if a file cannot be read
   */
  public static String of(Path path) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files(path)) {
        add(file, digest);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void add(Path file, MessageDigest digest) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
      long step = size <= (long) WINDOW * WINDOWS ? WINDOW : (size - WINDOW) / (WINDOWS - 1);
      for (long position = 0; position < size; position += step) {
        ByteBuffer window = ByteBuffer.allocate(WINDOW);
        while (window.hasRemaining() && channel.read(window, position + window.position()) > 0) {
          // until the window is full or the file ends
        }
        digest.update(window.flip());
      }
    }
  }
}
