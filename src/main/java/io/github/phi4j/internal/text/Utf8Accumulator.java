package io.github.phi4j.internal.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns bytes that arrive in parts into text, as soon as a character is complete. What is not UTF-8
 * gives U+FFFD, as the JDK's decoder has it; half a character at the end gives nothing. Not
 * thread-safe.
 */
public final class Utf8Accumulator {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer bytes = ByteBuffer.allocate(64); // an unfinished character, then new bytes
  private CharBuffer chars = CharBuffer.allocate(64);

  /** Takes the next bytes and returns the text that is complete with them, which may be empty. */
  public String append(byte[] next) {
    if (bytes.remaining() < next.length) {
      bytes = ByteBuffer.allocate(2 * (bytes.position() + next.length)).put(bytes.flip());
    }
    bytes.put(next);
    return decode();
  }

  /** Whether the last character is not complete. */
  public boolean unfinished() {
    return bytes.position() > 0;
  }

  /** Ends the text: an unfinished character is dropped. A new text may follow. */
  public void drop() {
    bytes.clear();
    decoder.reset();
  }

  private String decode() {
    if (chars.capacity() < bytes.capacity()) {
      chars = CharBuffer.allocate(bytes.capacity()); // no byte gives more than one char
    }
    decoder.decode(bytes.flip(), chars.clear(), false);
    bytes.compact();
    return chars.flip().toString();
  }
}
