package io.github.phi4j.internal.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes GGUF field by field, so that a test can spoil any field and knows its position. */
final class RawGguf {

  static final int UINT32 = 4;
  static final int INT32 = 5;
  static final int BOOL = 7;
  static final int STRING = 8;
  static final int ARRAY = 9;
  static final int UINT64 = 10;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Starts with magic, version 3 and the counts. */
  static RawGguf header(long tensors, long values) {
    return new RawGguf().ascii("GGUF").u32(3).u64(tensors).u64(values);
  }

  /** Returns the position of the next field. */
  int position() {
    return bytes.size();
  }

  RawGguf u8(int value) {
    bytes.write(value);
    return this;
  }

  RawGguf u32(long value) {
    return number(value, Integer.BYTES);
  }

  RawGguf u64(long value) {
    return number(value, Long.BYTES);
  }

  private RawGguf number(long value, int width) {
    for (int i = 0; i < width; i++) {
      bytes.write((int) (value >> (8 * i)));
    }
    return this;
  }

  RawGguf ascii(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  RawGguf string(String text) {
    return u64(text.length()).ascii(text);
  }

  /** Writes the key and type of a metadata pair; its value comes next. */
  RawGguf key(String name, int type) {
    return string(name).u32(type);
  }

  /** Writes a whole tensor entry. */
  RawGguf tensor(String name, int type, long offset, long... shape) {
    string(name).u32(shape.length);
    for (long extent : shape) {
      u64(extent);
    }
    return u32(type).u64(offset);
  }

  /** Writes zeros up to a multiple of the alignment. */
  RawGguf align(int alignment) {
    return zeros((alignment - position() % alignment) % alignment);
  }

  RawGguf zeros(int count) {
    bytes.writeBytes(new byte[count]);
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  Path write(Path file) {
    try {
      return Files.write(file, toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
