package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a text from a file or from standard input. */
final class TextFile {

  private static final String BYTE_ORDER_MARK = "\ufeff";

  private TextFile() {}

  /**
   * Reads a whole text, without a byte order mark and one trailing line break, LF or CRLF.
   *
   * @param name the file name, or {@code -} for standard input
   * @param in standard input
   * @throws IOException if it cannot be read or is not UTF-8; the message has position and reason
   */
  static String read(String name, InputStream in) throws IOException {
    boolean standardInput = name.equals("-");
    String place = standardInput ? "standard input" : name;
    String text = decode(place, standardInput ? in.readAllBytes() : readFile(Path.of(name)));
    int from = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
    int lineBreak = text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0;
    return text.substring(from, text.length() - lineBreak);
  }

  /** Returns a reader of UTF-8 lines, after a byte order mark. */
  static BufferedReader lines(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
    lines.mark(BYTE_ORDER_MARK.length());
    if (lines.read() != BYTE_ORDER_MARK.charAt(0)) {
      lines.reset();
    }
    return lines;
  }

  private static byte[] readFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a directory; expected a text file");
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
