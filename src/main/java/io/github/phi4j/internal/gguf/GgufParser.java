package io.github.phi4j.internal.gguf;

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
import java.util.Map;
import java.util.Set;

/**
 * Reads the header of one mapped file. Nothing is sized or multiplied before it is known to fit
 * into the file, so that a hostile header costs neither memory nor time.
 */
final class GgufParser {

  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MAX_ENTRIES = 1 << 16;
  private static final int MIN_KV_BYTES = 8 + 1 + 4 + 1;
  private static final int MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_NAME_BYTES = 64;
  private static final int MAX_STRING_BYTES = 16 << 20;
  private static final int MAX_ELEMENT_BYTES = 64 << 10;
  private static final int MAX_STRINGS = 1 << 22;
  private static final int MAX_ALIGNMENT = 1 << 20;
  private static final int DEFAULT_ALIGNMENT = 32;

  private final Path file;
  private final MemorySegment bytes;
  private long cursor;

  /** What one file holds. */
  record Part(int version, GgufMetadata metadata, List<GgufTensor> tensors) {}

  private record TensorEntry(
      String name, GgmlType type, List<Long> shape, long bytes, long offset, long position) {}

  GgufParser(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  Part parse() {
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
    int magic = readInt("the magic bytes");
    if (magic != MAGIC) {
      throw problem(
          0,
          "the first bytes %02x %02x %02x %02x"
              .formatted(magic & 0xff, magic >> 8 & 0xff, magic >> 16 & 0xff, magic >>> 24),
          "47 47 55 46 (\"GGUF\"): this is not a GGUF file");
    }
    int version = readInt("the version");
    if ((version & 0xffff) == 0) {
      throw problem(4, "a big-endian file", "a little-endian one; convert the model again");
    }
    if (version != 2 && version != 3) {
      throw problem(4, "GGUF version " + Integer.toUnsignedString(version), "version 2 or 3");
    }
    return version;
  }

  private long readCount(String what, int minBytes) {
    long at = cursor;
    long count = readLong(what);
    if (count < 0 || count > MAX_ENTRIES || count > remaining() / minBytes) {
      throw problem(
          at,
          what + " " + Long.toUnsignedString(count),
          "at most " + Math.min(MAX_ENTRIES, remaining() / minBytes) + " in a file of this size");
    }
    return count;
  }

  private GgufMetadata readMetadata(long count) {
    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      long at = cursor;
      String key = readString("a metadata key", MAX_KEY_BYTES);
      if (key.isEmpty()) {
        throw problem(at, "an empty metadata key", "a name");
      }
      if (values.put(key, readValue(key)) != null) {
        throw problem(at, "metadata key " + key + " a second time", "unique keys");
      }
    }
    return new GgufMetadata(file, values);
  }

  private ElementType readType(String what) {
    long at = cursor;
    int number = readInt(what);
    ElementType[] types = ElementType.values();
    if (number < 0 || number >= types.length) {
      throw problem(at, what + " " + number, "a number from 0 to " + (types.length - 1));
    }
    return types[number];
  }

  private GgufValue readValue(String key) {
    ElementType type = readType("value type of " + key);
    long at = cursor;
    String what = "the value of " + key;
    return switch (type) {
      case STRING -> new GgufValue.Text(readBytes(what, MAX_STRING_BYTES), at);
      case ARRAY -> readArray(key);
      case BOOL -> {
        byte value = take(1, what).get(ValueLayout.JAVA_BYTE, 0);
        if (value != 0 && value != 1) {
          throw problem(at, what + " " + value, "a bool, 0 or 1");
        }
        yield new GgufValue.Bool(value == 1, at);
      }
      case FLOAT32, FLOAT64 ->
          new GgufValue.Real(single(type, take(type.bytes(), what), at).number(0), at);
      default -> {
        long value = single(type, take(type.bytes(), what), at).integer(0);
        if (type == ElementType.UINT64 && value < 0) {
          throw problem(at, what + " " + Long.toUnsignedString(value), "less than 2^63");
        }
        yield new GgufValue.Int(value, at);
      }
    };
  }

  private static GgufArray single(ElementType type, MemorySegment data, long offset) {
    return new GgufArray(type, 1, data, null, offset);
  }

  private GgufArray readArray(String key) {
    long at = cursor;
    ElementType type = readType("element type of " + key);
    if (type == ElementType.ARRAY) {
      throw problem(at, "an array of arrays in " + key, "an array of plain values");
    }
    long countAt = cursor;
    long count = readLong("the length of " + key);
    long limit =
        Math.min(
            remaining() / type.bytes(),
            type == ElementType.STRING ? MAX_STRINGS : Integer.MAX_VALUE - 8);
    if (count < 0 || count > limit) {
      throw problem(
          countAt,
          key + " with " + Long.toUnsignedString(count) + " elements",
          "at most " + limit + " in a file of this size");
    }
    long start = cursor;
    if (type != ElementType.STRING) {
      return new GgufArray(type, (int) count, take(count * type.bytes(), key), null, at);
    }
    int[] starts = new int[(int) count + 1];
    for (int i = 0; i < count; i++) {
      MemorySegment element = readBytes("string " + i + " of " + key, MAX_ELEMENT_BYTES);
      if (cursor - start > Integer.MAX_VALUE - Long.BYTES) {
        throw problem(cursor, "more than 2 GiB of strings in " + key, "a vocabulary");
      }
      starts[i] = (int) (cursor - start - element.byteSize());
    }
    starts[(int) count] = (int) (cursor - start) + Long.BYTES;
    return new GgufArray(type, (int) count, bytes.asSlice(start, cursor - start), starts, at);
  }

  private int alignment(GgufMetadata metadata) {
    String key = "general.alignment";
    long alignment = metadata.integer(key).orElse(DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw metadata.problem(
          key, "that is " + alignment, "a power of two, at most " + MAX_ALIGNMENT);
    }
    return (int) alignment;
  }

  private List<TensorEntry> readTensorEntries(long count, int alignment) {
    List<TensorEntry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < count; i++) {
      long at = cursor;
      TensorEntry entry = readTensorEntry(alignment);
      if (!names.add(entry.name())) {
        throw problem(at, "tensor " + entry.name() + " a second time", "unique names");
      }
      entries.add(entry);
    }
    return entries;
  }

  private TensorEntry readTensorEntry(int alignment) {
    long at = cursor;
    String name = readString("a tensor name", MAX_NAME_BYTES);
    if (name.isEmpty()) {
      throw problem(at, "an empty tensor name", "a name");
    }
    long dimensionsAt = cursor;
    int dimensions = readInt("the number of dimensions of " + name);
    if (dimensions < 1 || dimensions > 4) {
      throw problem(
          dimensionsAt,
          "tensor " + name + " with " + Integer.toUnsignedString(dimensions) + " dimensions",
          "1 to 4");
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      long extentAt = cursor;
      long extent = readLong("an extent of " + name);
      if (extent < 1) {
        throw problem(extentAt, "tensor " + name + " with extent " + extent, "at least 1");
      }
      shape.add(extent);
    }
    long typeAt = cursor;
    int typeId = readInt("the type of " + name);
    GgmlType type =
        GgmlType.of(typeId)
            .orElseThrow(() ->
                problem(
                    typeAt,
                    "tensor " + name + " of the unknown type " + typeId,
                    "a type that GGUF defines, see README for the supported ones"));
    if (shape.getFirst() % type.blockLength() != 0) {
      throw problem(
          dimensionsAt,
          "tensor " + name + " with rows of " + shape.getFirst() + " elements",
          "a multiple of " + type.blockLength() + ", the block length of " + type);
    }
    long size;
    try {
      long elements = 1;
      for (long extent : shape) {
        elements = Math.multiplyExact(elements, extent);
      }
      size = Math.multiplyExact(elements / type.blockLength(), (long) type.blockBytes());
    } catch (ArithmeticException e) {
      throw new ModelException(
          file, dimensionsAt, "tensor " + name + " of shape " + shape, "less than 2^63 bytes", e);
    }
    long offsetAt = cursor;
    long offset = readLong("the offset of " + name);
    if (offset < 0 || offset % alignment != 0) {
      throw problem(
          offsetAt,
          "tensor " + name + " at offset " + Long.toUnsignedString(offset),
          "a multiple of the alignment " + alignment);
    }
    return new TensorEntry(name, type, List.copyOf(shape), size, offset, offsetAt);
  }

  private List<GgufTensor> slice(List<TensorEntry> entries, long dataStart) {
    if (!entries.isEmpty() && dataStart > bytes.byteSize()) {
      throw problem(
          bytes.byteSize(), "the end of the file", "tensor data from byte " + dataStart + " on");
    }
    long dataBytes = bytes.byteSize() - dataStart;
    List<GgufTensor> tensors = new ArrayList<>();
    for (TensorEntry entry : entries) {
      if (entry.offset() > dataBytes || entry.bytes() > dataBytes - entry.offset()) {
        throw problem(
            entry.position(),
            "tensor "
                + entry.name()
                + " of "
                + entry.bytes()
                + " bytes at offset "
                + entry.offset()
                + " of the "
                + Math.max(0, dataBytes)
                + " bytes of tensor data in the file",
            "all of it inside the file, which seems to be cut short: copy or download it again");
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
            "tensor " + after.name() + " that overlaps tensor " + before.name(),
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
          count + " bytes for " + what + "; the file seems to be cut short");
    }
    MemorySegment slice = bytes.asSlice(cursor, count);
    cursor += count;
    return slice;
  }

  private int readInt(String what) {
    return take(Integer.BYTES, what).get(Little.INT, 0);
  }

  private long readLong(String what) {
    return take(Long.BYTES, what).get(Little.LONG, 0);
  }

  private MemorySegment readBytes(String what, int limit) {
    long at = cursor;
    long length = readLong("the length of " + what);
    if (length < 0 || length > limit) {
      throw problem(
          at, what + " of " + Long.toUnsignedString(length) + " bytes", "at most " + limit);
    }
    return take(length, what);
  }

  private String readString(String what, int limit) {
    MemorySegment string = readBytes(what, limit);
    return new String(string.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private ModelException problem(long at, String found, String expected) {
    return new ModelException(file, at, found, expected);
  }
}
