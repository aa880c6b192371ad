package io.github.phi4j.internal.gguf;

/**
 * Strings of bytes, one after the other.
 *
 * @param bytes all bytes, and perhaps more
 * @param starts where each string starts, then the end of the last
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ByteStrings(byte[] bytes, int[] starts) {

  /** The number of strings. */
  public int count() {
    return starts.length - 1;
  }
}
