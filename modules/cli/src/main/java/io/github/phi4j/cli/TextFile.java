package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
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
import java.util.List;

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

  /**
   * Reads the lines of a file, without the white space around them and without empty ones. A byte
   * order mark before them is skipped.
   *
   * @throws IOException as {@link #read}
   */
  static List<String> lines(Path file) throws IOException {
    return read(file.toString(), InputStream.nullInputStream())
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /**
   * Reads lines of UTF-8 from standard input; a byte order mark before them is skipped.
   *
   * @throws IOException if the text begins as UTF-16
   */
  static BufferedReader lines(InputStream in) throws IOException {
    BufferedInputStream bytes = new BufferedInputStream(in);
    bytes.mark(1); // a second byte may be long in coming
    int first = bytes.read();
    if (first == 0xff || first == 0xfe) {
      throw notUtf8("standard input", 0, first);
    }
    bytes.reset();
    BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, UTF_8));
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
      throw notUtf8(place, source.position(), Byte.toUnsignedInt(bytes[source.position()]));
    }
    return text.flip().toString();
  }

  /** The mark of UTF-16 is FF FE or FE FF, of which UTF-8 has neither byte. */
  private static IOException notUtf8(String place, int at, int found) {
    boolean utf16 = at == 0 && (found == 0xff || found == 0xfe);
    return new IOException(
        place
            + " at byte "
            + at
            + ": found "
            + (utf16 ? "UTF-16 text" : "bytes that are not UTF-8")
            + "; expected UTF-8 text"
            + (utf16 ? "; save it as UTF-8" : ""));
  }
}
