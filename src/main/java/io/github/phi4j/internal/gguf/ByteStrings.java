package io.github.phi4j.internal.gguf;

/**
 * Byte strings, concatenated.
 *
 * @param bytes the bytes, possibly with unused space at the end
 * @param starts the start of each string, then the end of the last
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ByteStrings(byte[] bytes, int[] starts) {

  /** The number of strings. */
  public int count() {
    return starts.length - 1;
  }
}
