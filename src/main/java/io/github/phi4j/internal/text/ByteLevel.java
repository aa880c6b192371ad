package io.github.phi4j.internal.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The byte-to-character map of GPT-2 vocabularies: printable Latin-1 bytes map to themselves, the
 * other 68 to U+0100 onwards.
 */
final class ByteLevel {

  private static final int BYTES = 256;
  private static final int[] CODE_POINTS = new int[BYTES];
  private static final short[] BYTE_OF = new short[2 * BYTES]; // or -1

  static {
    Arrays.fill(BYTE_OF, (short) -1);
    int next = BYTES;
    for (int b = 0; b < BYTES; b++) {
      boolean printable = (b >= 33 && b <= 126) || (b >= 161 && b != 173);
      CODE_POINTS[b] = printable ? b : next++;
      BYTE_OF[CODE_POINTS[b]] = (short) b;
    }
  }

  private ByteLevel() {}

  /** The UTF-8 form of byte {@code b}, 0 to 255, in a vocabulary. */
  static byte[] written(int b) {
    return Character.toString(CODE_POINTS[b]).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Decodes a token in its UTF-8 form to bytes.
   *
   * @return the end of the bytes in {@code target}, or -1 for a character outside of the map
   */
  static int read(byte[] written, int from, int to, byte[] target, int at) {
    int end = at;
    for (int i = from; i < to; i++) {
      int codePoint = written[i];
      if (codePoint < 0) { // the map ends at U+0143: two bytes at most
        if ((codePoint & 0xe0) != 0xc0 || i + 1 == to || (written[i + 1] & 0xc0) != 0x80) {
          return -1;
        }
        codePoint = ((codePoint & 0x1f) << 6) | (written[++i] & 0x3f);
      }
      if (codePoint >= BYTE_OF.length || BYTE_OF[codePoint] < 0) {
        return -1;
      }
      target[end++] = (byte) BYTE_OF[codePoint];
    }
    return end;
  }
}
