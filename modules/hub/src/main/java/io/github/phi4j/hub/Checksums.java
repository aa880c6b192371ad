package io.github.phi4j.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes SHA-256 of files. */
final class Checksums {

  private Checksums() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Returns the digest so far, in hexadecimal, without resetting it. */
  static String hex(MessageDigest digest) {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be cloned", e);
    }
  }

  static void update(MessageDigest digest, FileChannel in, long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    long at = from;
    while (at < to) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
      int count = in.read(buffer, at);
      if (count < 0) {
        throw new IOException("a file was truncated while it was read");
      }
      digest.update(buffer.flip());
      at += count;
    }
  }

  static String of(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (FileChannel in = FileChannel.open(file)) {
      update(digest, in, 0, in.size());
    }
    return hex(digest);
  }
}
