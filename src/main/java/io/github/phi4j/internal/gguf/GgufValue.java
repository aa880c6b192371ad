package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A metadata value. Strings and arrays are read from the mapping lazily. */
public sealed interface GgufValue
    permits GgufValue.Int, GgufValue.Real, GgufValue.Bool, GgufValue.Text, GgufArray {

  /** The offset of the value in its file. */
  long offset();

  /** An integer of any width within the range of {@code long}. */
  record Int(long value, long offset) implements GgufValue {}

  /** A floating-point number of either width, or an integer above the range of {@code long}. */
  record Real(double value, long offset) implements GgufValue {}

  /** A boolean; any byte but 0 is true. */
  record Bool(boolean value, long offset) implements GgufValue {}

  /** A string, as its UTF-8 bytes. */
  record Text(MemorySegment bytes, long offset) implements GgufValue {
    /** Decodes the string; malformed bytes give U+FFFD. */
    public String value() {
      return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
  }
}
