package io.github.phi4j.testing;

import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.internal.gguf.GgmlType;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes GGUF files for tests, with any metadata and tensors. Setting a key or tensor again
 * replaces it, so that a test can start from a valid file and spoil one thing. Nothing is checked:
 * nonsense is written as requested.
 */
public final class GgufWriter {

  private static final int DEFAULT_ALIGNMENT = 32;

  private final Map<String, Value> metadata = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private int version = 3;
  private int alignment = DEFAULT_ALIGNMENT;

  private record Value(ElementType type, boolean array, List<?> elements) {}

  private record Tensor(int type, List<Long> shape, MemorySegment data) {}

  /** Sets the version of the container, 3 by default. */
  public GgufWriter version(int version) {
    this.version = version;
    return this;
  }

  /**
   * Sets the alignment of tensor data, 32 by default; also written as {@code general.alignment}.
   */
  public GgufWriter alignment(int alignment) {
    this.alignment = alignment;
    return uint32("general.alignment", alignment);
  }

  /** Sets a key to a value of any type; numbers are truncated to its width. */
  public GgufWriter value(String key, ElementType type, Object value) {
    metadata.put(key, new Value(type, false, List.of(value)));
    return this;
  }

  /** Sets a key to an array of elements of any type. */
  public GgufWriter array(String key, ElementType type, List<?> elements) {
    metadata.put(key, new Value(type, true, List.copyOf(elements)));
    return this;
  }

  /** Sets a key to a string. */
  public GgufWriter string(String key, String value) {
    return value(key, ElementType.STRING, value);
  }

  /** Sets a key to an unsigned 32-bit integer. */
  public GgufWriter uint32(String key, long value) {
    return value(key, ElementType.UINT32, value);
  }

  /** Sets a key to a 32-bit floating-point number. */
  public GgufWriter float32(String key, double value) {
    return value(key, ElementType.FLOAT32, value);
  }

  /** Sets a key to a boolean. */
  public GgufWriter bool(String key, boolean value) {
    return value(key, ElementType.BOOL, value);
  }

  /** Sets a key to an array of strings. */
  public GgufWriter strings(String key, List<String> elements) {
    return array(key, ElementType.STRING, elements);
  }

  /** Sets a key to an array of signed 32-bit integers. */
  public GgufWriter int32s(String key, int... elements) {
    return array(key, ElementType.INT32, IntStream.of(elements).boxed().toList());
  }

  /** Replaces an element of an array set before. */
  public GgufWriter element(String key, int index, Object element) {
    Value old = metadata.get(key);
    List<Object> elements = new ArrayList<>(old.elements);
    elements.set(index, element);
    return array(key, old.type, elements);
  }

  /** Removes a key. */
  public GgufWriter without(String key) {
    metadata.remove(key);
    return this;
  }

  /** Sets a tensor from its bytes. */
  public GgufWriter tensor(String name, GgmlType type, byte[] data, long... shape) {
    return tensor(name, type.id(), data, shape);
  }

  /** Sets a tensor of any type number from its bytes. */
  public GgufWriter tensor(String name, int type, byte[] data, long... shape) {
    tensors.put(
        name,
        new Tensor(
            type, LongStream.of(shape).boxed().toList(), MemorySegment.ofArray(data.clone())));
    return this;
  }

  /** Sets a tensor of type F32. */
  public GgufWriter tensor(String name, float[] elements, long... shape) {
    ByteBuffer data = ByteBuffer.allocate(elements.length * Float.BYTES);
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(elements);
    return tensor(name, GgmlType.F32, data.array(), shape);
  }

  /** Returns the names of all tensors. */
  public List<String> tensorNames() {
    return List.copyOf(tensors.keySet());
  }

  /** Appends a dimension to a tensor's shape. */
  public GgufWriter extend(String name, long extent) {
    Tensor old = tensors.get(name);
    List<Long> shape = new ArrayList<>(old.shape);
    shape.add(extent);
    tensors.put(name, new Tensor(old.type, List.copyOf(shape), old.data));
    return this;
  }

  /** Removes a tensor. */
  public GgufWriter withoutTensor(String name) {
    tensors.remove(name);
    return this;
  }

  /** Writes the file, replacing an existing one. */
  public Path write(Path file) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      write(new Output(out));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the bytes of the file. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(new Output(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void write(Output out) throws IOException {
    out.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.number(version, Integer.BYTES);
    out.number(tensors.size(), Long.BYTES);
    out.number(metadata.size(), Long.BYTES);
    for (Map.Entry<String, Value> entry : metadata.entrySet()) {
      out.string(entry.getKey());
      writeValue(out, entry.getValue());
    }
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      out.string(entry.getKey());
      out.number(tensor.shape.size(), Integer.BYTES);
      for (long extent : tensor.shape) {
        out.number(extent, Long.BYTES);
      }
      out.number(tensor.type, Integer.BYTES);
      out.number(offset, Long.BYTES);
      offset += tensor.data.byteSize();
      offset += padding(offset);
    }
    for (Tensor tensor : tensors.values()) {
      out.bytes(new byte[padding(out.written)]);
      out.bytes(tensor.data.toArray(ValueLayout.JAVA_BYTE));
    }
    out.bytes(new byte[padding(out.written)]);
  }

  private int padding(long position) {
    return (int) ((alignment - position % alignment) % alignment);
  }

  private static void writeValue(Output out, Value value) throws IOException {
    if (value.array) {
      out.number(number(ElementType.ARRAY), Integer.BYTES);
      out.number(number(value.type), Integer.BYTES);
      out.number(value.elements.size(), Long.BYTES);
    } else {
      out.number(number(value.type), Integer.BYTES);
    }
    for (Object element : value.elements) {
      switch (value.type) {
        case STRING -> out.string((String) element);
        case BOOL -> out.number((Boolean) element ? 1 : 0, 1);
        case UINT8, INT8 -> out.number(((Number) element).longValue(), Byte.BYTES);
        case UINT16, INT16 -> out.number(((Number) element).longValue(), Short.BYTES);
        case UINT32, INT32 -> out.number(((Number) element).longValue(), Integer.BYTES);
        case UINT64, INT64 -> out.number(((Number) element).longValue(), Long.BYTES);
        case FLOAT32 ->
            out.number(Float.floatToRawIntBits(((Number) element).floatValue()), Integer.BYTES);
        case FLOAT64 ->
            out.number(Double.doubleToRawLongBits(((Number) element).doubleValue()), Long.BYTES);
        case ARRAY -> throw new IllegalArgumentException("nested arrays are not written");
      }
    }
  }

  private static int number(ElementType type) {
    return switch (type) {
      case UINT8 -> 0;
      case INT8 -> 1;
      case UINT16 -> 2;
      case INT16 -> 3;
      case UINT32 -> 4;
      case INT32 -> 5;
      case FLOAT32 -> 6;
      case BOOL -> 7;
      case STRING -> 8;
      case ARRAY -> 9;
      case UINT64 -> 10;
      case INT64 -> 11;
      case FLOAT64 -> 12;
    };
  }

  /** Little-endian numbers and length-prefixed strings. */
  private static final class Output {
    private final OutputStream out;
    private final byte[] scratch = new byte[Long.BYTES];
    private long written;

    Output(OutputStream out) {
      this.out = out;
    }

    void number(long value, int bytes) throws IOException {
      for (int i = 0; i < bytes; i++) {
        scratch[i] = (byte) (value >> (8 * i));
      }
      out.write(scratch, 0, bytes);
      written += bytes;
    }

    void string(String value) throws IOException {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      number(utf8.length, Long.BYTES);
      bytes(utf8);
    }

    void bytes(byte[] bytes) throws IOException {
      out.write(bytes);
      written += bytes.length;
    }
  }
}
