package io.github.phi4j.internal.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes streamed UTF-8, releasing each character once complete. Malformed input becomes U+FFFD as
 * in the JDK's decoder; an incomplete character at the end is dropped. Not thread-safe.
 */
public final class Utf8Accumulator {

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer bytes = ByteBuffer.allocate(64); // an incomplete character, then new bytes
  private CharBuffer chars = CharBuffer.allocate(64);

  /** Appends bytes and returns the text that they complete, which may be empty. */
  public String append(byte[] next) {
    if (bytes.remaining() < next.length) {
      bytes = ByteBuffer.allocate(2 * (bytes.position() + next.length)).put(bytes.flip());
    }
    bytes.put(next);
    return decode();
  }

  /** Whether the last character is incomplete. */
  public boolean unfinished() {
    return bytes.position() > 0;
  }

  /** Drops an incomplete character and starts over. */
  public void drop() {
    bytes.clear();
    decoder.reset();
  }

  private String decode() {
    if (chars.capacity() < bytes.capacity()) {
      chars = CharBuffer.allocate(bytes.capacity()); // at most one char per byte
    }
    decoder.decode(bytes.flip(), chars.clear(), false);
    bytes.compact();
    return chars.flip().toString();
  }
}
