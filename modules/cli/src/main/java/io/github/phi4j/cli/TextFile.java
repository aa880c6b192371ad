package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a text from a file or from standard input. */
final class TextFile {

  private TextFile() {}

  /**
   * Reads a whole text. One newline at its end is dropped, as llama.cpp does.
   *
   * @param name the file's name, or {@code -} for standard input
   * @param in standard input
   * @throws IOException if it cannot be read or is not UTF-8; the message tells where and why
   */
  static String read(String name, InputStream in) throws IOException {
    boolean standardInput = name.equals("-");
    String place = standardInput ? "standard input" : name;
    String text = decode(place, standardInput ? in.readAllBytes() : readFile(Path.of(name)));
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  private static byte[] readFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a directory; a text file is needed");
    }
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + Faults.reason(e), e);
    }
  }

  private static String decode(String place, byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = UTF_8.newDecoder();
    CoderResult result = decoder.decode(source, text, true);
    if (result.isError()) {
      throw new IOException(
          place
              + " at byte "
              + source.position()
              + ": found bytes that are not UTF-8; expected UTF-8 text");
    }
    return text.flip().toString();
  }
}
