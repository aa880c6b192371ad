package io.github.phi4j.internal.gguf;

import io.github.phi4j.api.ModelChangedException;
import io.github.phi4j.api.ModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Parses the header of one mapped file. Counts and sizes are checked against the file before use,
 * so a hostile header costs neither memory nor time.
 */
final class GgufParser {

  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_ENTRIES = 1 << 16;
  private static final int MIN_KV_BYTES = 8 + 1 + 4 + 1;
  private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_NAME_BYTES = 64;
  private static final int MAX_STRING_BYTES = 16 << 20;
  private static final int MAX_STRINGS = 1 << 22; // in all arrays together
  private static final int MAX_ARRAY_BYTES = 64 << 20; // of numbers
  private static final int MAX_ALL_KEYS_BYTES = 16 << 20;
  private static final int MAX_ALIGNMENT = 1 << 20;
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final String CUT_SHORT = "may be cut short: copy or download it again";
  private static final int MAX_SHOWN = 64;

  private final Path file;
  private final MemorySegment bytes;
  private long cursor;
  private int strings;

  /** The contents of one file. */
  record Part(int version, GgufMetadata metadata, List<GgufTensor> tensors) {}

  private record TensorEntry(
      String name, GgmlType type, List<Long> shape, long bytes, long offset, long position) {}

  GgufParser(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * Reads the header.
   *
   * @throws ModelException if it is invalid
   */
  Part parse() {
    try {
      return readPart();
    } catch (InternalError e) { // the JVM's error for a page beyond the end of the file
      throw new ModelChangedException(
          file,
          cursor,
          "the end of the file, which was cut short while it was read",
          bytes.byteSize() + " bytes as when it was opened; load it again when it is complete",
          e);
    }
  }

  private Part readPart() {
    int version = readVersion();
    long tensorCount = readCount("tensor count", MIN_TENSOR_BYTES);
    long valueCount = readCount("metadata count", MIN_KV_BYTES);
    GgufMetadata metadata = readMetadata(valueCount);
    int alignment = alignment(metadata);
    List<TensorEntry> entries = readTensorEntries(tensorCount, alignment);
    long dataStart = cursor + (alignment - cursor % alignment) % alignment;
    return new Part(version, metadata, slice(entries, dataStart));
  }

  private int readVersion() {
    ForeignFile.of(bytes)
        .ifPresent(foreign -> {
          throw problem(0, foreign.found(), foreign.expected());
        });
    int magic = readInt("the magic bytes");
    if (magic != MAGIC) {
      throw problem(
          0,
          String.format(
              Locale.ROOT,
              "the first bytes %02x %02x %02x %02x",
              magic & 0xff,
              magic >> 8 & 0xff,
              magic >> 16 & 0xff,
              magic >>> 24),
          "47 47 55 46 (\"GGUF\"), which a GGUF file starts with");
    }
    int version = readInt("the version");
    if (version != 0 && (version & 0xffff) == 0) {
      throw problem(
          4, "a big-endian GGUF file", "a little-endian one; convert the model to little-endian");
    }
    if (version != 2 && version != 3) {
      throw problem(
          4,
          "GGUF version " + Integer.toUnsignedString(version),
          "version 2 or 3; convert the model "
              + (Integer.compareUnsigned(version, 2) < 0 ? "again" : "to version 3"));
    }
    return version;
  }

  private long readCount(String what, int minBytes) {
    long at = cursor;
    long count = readLong(what);
    long limit = Math.min(MAX_ENTRIES, remaining() / minBytes);
    if (count < 0 || count > limit) {
      throw problem(
          at,
          "a " + what + " of " + Long.toUnsignedString(count),
          "at most " + limit + " in a file of " + bytes.byteSize() + " bytes, which " + CUT_SHORT);
    }
    return count;
  }

  private GgufMetadata readMetadata(long count) {
    Map<String, GgufValue> values = new LinkedHashMap<>();
    long keyBytes = 0;
    for (long i = 0; i < count; i++) {
      long at = cursor;
      String key = readString("metadata key " + (i + 1) + " of " + count, MAX_KEY_BYTES);
      if (key.isEmpty()) {
        throw problem(at, "an empty metadata key", "a name");
      }
      keyBytes += cursor - at;
      if (keyBytes > MAX_ALL_KEYS_BYTES) {
        throw problem(
            at, "more than " + MAX_ALL_KEYS_BYTES + " bytes of metadata keys", "short keys");
      }
      if (values.put(key, readValue(key)) != null) {
        throw problem(at, "metadata key " + shown(key) + " a second time", "each key once");
      }
    }
    return new GgufMetadata(file, values);
  }

  private ElementType readType(String what, String key) {
    long at = cursor;
    int number = readInt("the " + what + " of metadata key " + shown(key));
    ElementType[] types = ElementType.values();
    if (number < 0 || number >= types.length) {
      throw problem(
          at,
          "metadata key " + shown(key) + " with the unknown " + what + " " + number,
          "a number from 0 to " + (types.length - 1));
    }
    return types[number];
  }

  private GgufValue readValue(String key) {
    long typeAt = cursor;
    ElementType type = readType("value type", key);
    if (key.equals(ALIGNMENT) && type != ElementType.UINT32) {
      throw problem(typeAt, "metadata key " + ALIGNMENT + " of type " + type, "type uint32");
    }
    long at = cursor;
    String what = "the value of metadata key " + shown(key);
    return switch (type) {
      case STRING -> new GgufValue.Text(readBytes(what, MAX_STRING_BYTES), at);
      case ARRAY -> readArray(key);
      case BOOL -> new GgufValue.Bool(single(type, take(1, what), at).integer(0) != 0, at);
      case FLOAT32, FLOAT64 ->
          new GgufValue.Real(single(type, take(type.bytes(), what), at).number(0), at);
      default -> {
        GgufArray value = single(type, take(type.bytes(), what), at);
        yield value.isLong(0)
            ? new GgufValue.Int(value.integer(0), at)
            : new GgufValue.Real(value.number(0), at);
      }
    };
  }

  private static GgufArray single(ElementType type, MemorySegment data, long offset) {
    return new GgufArray(type, 1, data, null, offset);
  }

  private GgufArray readArray(String key) {
    long at = cursor;
    ElementType type = readType("element type", key);
    if (type == ElementType.ARRAY) {
      throw problem(
          at, "metadata key " + shown(key) + ", an array of arrays", "an array of plain values");
    }
    long countAt = cursor;
    long count = readLong("the length of metadata key " + shown(key));
    long limit =
        Math.min(
            remaining() / type.bytes(),
            type == ElementType.STRING ? MAX_STRINGS - strings : MAX_ARRAY_BYTES / type.bytes());
    if (count < 0 || count > limit) {
      throw problem(
          countAt,
          "metadata key " + shown(key) + " with " + Long.toUnsignedString(count) + " elements",
          "at most "
              + limit
              + " of type "
              + type
              + " here in a file of this size, which "
              + CUT_SHORT);
    }
    if (type == ElementType.STRING) {
      return readStrings(key, (int) count, at);
    }
    return new GgufArray(type, (int) count, take(count * type.bytes(), key), null, at);
  }

  private GgufArray readStrings(String key, int count, long at) {
    strings += count;
    long start = cursor;
    int[] starts = new int[count + 1];
    for (int i = 0; i < count; i++) { // hundreds of thousands: nothing else is done per string
      long length = remaining() < Long.BYTES ? -1 : bytes.get(LittleEndian.LONG, cursor);
      if (length < 0 || length > MAX_STRING_BYTES || length > remaining() - Long.BYTES) {
        readBytes("a string of metadata key " + shown(key), MAX_STRING_BYTES); // throws
      }
      cursor += Long.BYTES;
      starts[i] = (int) (cursor - start);
      cursor += length;
      if (cursor - start > Integer.MAX_VALUE - Long.BYTES) {
        throw problem(
            cursor,
            "metadata key " + shown(key) + " with more than 2 GiB of strings",
            "a vocabulary, which is far smaller");
      }
    }
    starts[count] = (int) (cursor - start) + Long.BYTES;
    MemorySegment elements = bytes.asSlice(start, cursor - start);
    return new GgufArray(ElementType.STRING, count, elements, starts, at);
  }

  private int alignment(GgufMetadata metadata) {
    long alignment = metadata.integer(ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw metadata.problem(
          ALIGNMENT, "that is " + alignment, "a power of two, at most " + MAX_ALIGNMENT);
    }
    return (int) alignment;
  }

  private List<TensorEntry> readTensorEntries(long count, int alignment) {
    List<TensorEntry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < count; i++) {
      long at = cursor;
      TensorEntry entry = readTensorEntry("tensor " + (i + 1) + " of " + count, alignment);
      if (!names.add(entry.name())) {
        throw problem(at, "tensor " + shown(entry.name()) + " a second time", "each name once");
      }
      entries.add(entry);
    }
    return entries;
  }

  private TensorEntry readTensorEntry(String which, int alignment) {
    long at = cursor;
    String name = readString("the name of " + which, MAX_NAME_BYTES);
    if (name.isEmpty()) {
      throw problem(at, "an empty name of " + which, "a name");
    }
    String tensor = "tensor " + shown(name);
    long shapeAt = cursor;
    List<Long> shape = readShape(tensor);
    long typeAt = cursor;
    int typeId = readInt("the type of " + tensor);
    GgmlType type =
        GgmlType.of(typeId)
            .orElseThrow(() ->
                problem(
                    typeAt,
                    tensor + " of " + GgmlType.describe(typeId),
                    "a type that can be read; convert the model to another type"));
    long size = size(tensor, type, shape, shapeAt);
    long offsetAt = cursor;
    long offset = readLong("the offset of " + tensor);
    if (offset < 0 || offset % alignment != 0) {
      throw problem(
          offsetAt,
          tensor + " at offset " + Long.toUnsignedString(offset),
          "a multiple of the alignment " + alignment + " inside the file");
    }
    return new TensorEntry(name, type, shape, size, offset, offsetAt);
  }

  private List<Long> readShape(String tensor) {
    long dimensionsAt = cursor;
    int dimensions = readInt("the number of dimensions of " + tensor);
    if (dimensions < 1 || dimensions > 4) {
      throw problem(
          dimensionsAt,
          tensor + " with " + Integer.toUnsignedString(dimensions) + " dimensions",
          "1 to 4");
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      long extentAt = cursor;
      long extent = readLong("the shape of " + tensor);
      if (extent < 1) {
        throw problem(
            extentAt,
            tensor + " with an extent of " + Long.toUnsignedString(extent),
            "at least 1 and less than 2^63");
      }
      shape.add(extent);
    }
    return List.copyOf(shape);
  }

  private long size(String tensor, GgmlType type, List<Long> shape, long shapeAt) {
    if (shape.getFirst() % type.blockLength() != 0) {
      throw problem(
          shapeAt,
          tensor + " of type " + type + " with rows of " + shape.getFirst() + " elements",
          "a multiple of " + type.blockLength() + ", the block length of " + type);
    }
    try {
      long elements = 1;
      for (long extent : shape) {
        elements = Math.multiplyExact(elements, extent);
      }
      return Math.multiplyExact(elements / type.blockLength(), (long) type.blockBytes());
    } catch (ArithmeticException e) {
      throw new ModelException(
          file,
          shapeAt,
          tensor + " of shape " + shape + " and type " + type,
          "fewer than 2^63 elements and bytes",
          e);
    }
  }

  private List<GgufTensor> slice(List<TensorEntry> entries, long dataStart) {
    if (!entries.isEmpty() && dataStart > bytes.byteSize()) {
      throw problem(
          bytes.byteSize(),
          "the end of the file",
          "tensor data from byte "
              + dataStart
              + " on; the file seems to be cut short: copy or download it again");
    }
    long dataBytes = bytes.byteSize() - dataStart;
    List<GgufTensor> tensors = new ArrayList<>();
    for (TensorEntry entry : entries) {
      if (entry.offset() > dataBytes || entry.bytes() > dataBytes - entry.offset()) {
        throw problem(
            entry.position(),
            "tensor "
                + shown(entry.name())
                + " of "
                + entry.bytes()
                + " bytes at offset "
                + entry.offset()
                + " of the tensor data",
            "it to end within the "
                + dataBytes
                + " bytes of tensor data in the file, which seems to be cut short: copy or"
                + " download it again");
      }
      long start = dataStart + entry.offset();
      tensors.add(
          new GgufTensor(
              entry.name(),
              entry.type(),
              entry.shape(),
              bytes.asSlice(start, entry.bytes()),
              file,
              start));
    }
    List<TensorEntry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(TensorEntry::offset));
    for (int i = 1; i < sorted.size(); i++) {
      TensorEntry before = sorted.get(i - 1);
      TensorEntry after = sorted.get(i);
      if (before.offset() + before.bytes() > after.offset()) {
        throw problem(
            after.position(),
            "tensor " + shown(after.name()) + " that overlaps tensor " + shown(before.name()),
            "tensors that share no bytes");
      }
    }
    return tensors;
  }

  private long remaining() {
    return bytes.byteSize() - cursor;
  }

  private MemorySegment take(long count, String what) {
    if (count > remaining()) {
      throw problem(
          cursor,
          "the end of the file after " + remaining() + " more bytes",
          count
              + " bytes for "
              + what
              + "; the file seems to be cut short: copy or download it again");
    }
    MemorySegment slice = bytes.asSlice(cursor, count);
    cursor += count;
    return slice;
  }

  private int readInt(String what) {
    return take(Integer.BYTES, what).get(LittleEndian.INT, 0);
  }

  private long readLong(String what) {
    return take(Long.BYTES, what).get(LittleEndian.LONG, 0);
  }

  private MemorySegment readBytes(String what, int limit) {
    long at = cursor;
    long length = readLong("the length of " + what);
    if (length < 0 || length > limit) {
      throw problem(
          at,
          what + " of " + Long.toUnsignedString(length) + " bytes",
          "at most " + limit + " bytes");
    }
    return take(length, what);
  }

  private String readString(String what, int limit) {
    MemorySegment string = readBytes(what, limit);
    return new String(string.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** A name in the file, truncated for messages. */
  static String shown(String name) {
    return shown(name, MAX_SHOWN);
  }

  /** A text, truncated to some characters. */
  static String shown(String text, int max) {
    return text.codePointCount(0, text.length()) <= max
        ? text
        : text.substring(0, text.offsetByCodePoints(0, max)) + "…";
  }

  private ModelException problem(long at, String found, String expected) {
    return new ModelException(file, at, found, expected);
  }
}
