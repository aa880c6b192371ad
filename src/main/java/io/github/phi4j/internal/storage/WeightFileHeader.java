package io.github.phi4j.internal.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.internal.kernel.Packing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The header of a file of packed weights. All numbers are little-endian:
 *
 * <pre>
 *   0  magic           8 bytes "phi4pack"
 *   8  version         int, of this format
 *  12  header length   int
 *  16  file length     long
 *  24  fingerprint     32 bytes, of the model
 *  56  matrices        int
 *  60  parts           int
 *  64  stamp           long, of the model's files
 *  72  matrices        of each: int GGUF type, rows, columns, signature of the layout;
 *                      long offset in the packed data, length
 *      parts           of each: int CRC-32C of its packed data
 *      source          int length and UTF-8 of the path of the model
 *      checksum        int CRC-32C of all of the header before it
 * </pre>
 *
 * <p>The packed data starts at the next multiple of 4096 bytes and ends with the file.
 *
 * @param model the version of the model
 * @param table the encoded matrix table
 * @param checksums the checksum of each part
 * @param source the path of the model at the time of packing, for display and for finding stale
 *     files
 * @param dataBytes the length of the packed data
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record WeightFileHeader(
    ModelVersion model, byte[] table, int[] checksums, String source, long dataBytes) {

  /**
   * To be raised with each change of this format or of the part size. Changes of layouts show in
   * their signatures.
   */
  static final int VERSION = 2;

  static final int PAGE = 4096;

  private static final byte[] MAGIC = "phi4pack".getBytes(UTF_8);
  private static final int FINGERPRINT_BYTES = 32;
  private static final int ENTRY_BYTES = 32;
  private static final int PREFIX_BYTES = 72;
  private static final int MAX_BYTES = 64 << 20;
  private static final String REMEDY = "; delete it and pack the model again";

  /** Encodes the matrix table of a model. */
  static byte[] table(WeightPacking packing) {
    byte[] bytes = new byte[packing.slots().size() * ENTRY_BYTES];
    ByteBuffer table = numbers(bytes);
    Map<GgmlType, Integer> signatures = new EnumMap<>(GgmlType.class);
    for (WeightPacking.Slot slot : packing.slots()) {
      Packing matrix = slot.packing();
      GgmlType type = matrix.matrix().format().type();
      table.putInt(type.id());
      table.putInt(matrix.matrix().rows());
      table.putInt(matrix.matrix().columns());
      table.putInt(signatures.computeIfAbsent(type, _ -> matrix.signature()));
      table.putLong(slot.offset());
      table.putLong(matrix.bytes());
    }
    return bytes;
  }

  private static ByteBuffer numbers(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int headerBytes() {
    return PREFIX_BYTES
        + table.length
        + checksums.length * Integer.BYTES
        + Integer.BYTES
        + source.getBytes(UTF_8).length
        + Integer.BYTES;
  }

  /** Returns the offset of the packed data. */
  long dataAt() {
    return Math.ceilDiv(headerBytes(), PAGE) * (long) PAGE;
  }

  /** Returns the length of the whole file. */
  long fileBytes() {
    return dataAt() + dataBytes;
  }

  /** Encodes the header. */
  ByteBuffer encode() {
    byte[] path = source.getBytes(UTF_8);
    byte[] bytes = new byte[headerBytes()];
    ByteBuffer out = numbers(bytes);
    out.put(MAGIC).putInt(VERSION).putInt(bytes.length).putLong(fileBytes());
    out.put(model.fingerprint()).putInt(table.length / ENTRY_BYTES).putInt(checksums.length);
    out.putLong(model.stamp()).put(table);
    for (int checksum : checksums) {
      out.putInt(checksum);
    }
    out.putInt(path.length).put(path);
    out.putInt(checksum(bytes, out.position()));
    return out.flip();
  }

  static int checksum(byte[] bytes, int count) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, count);
    return (int) checksum.getValue();
  }

  /**
   * Reads a header and validates it without a model.
   *
   * @throws ModelException if the file is not one of packed weights, of another version, or damaged
   */
  static WeightFileHeader read(Path path, FileChannel channel) throws IOException {
    ByteBuffer start = numbers(read(path, channel, PREFIX_BYTES));
    byte[] magic = new byte[MAGIC.length];
    start.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new ModelException(
          path, 0, "a file of another kind", "\"phi4pack\", the start of packed weights");
    }
    int version = start.getInt();
    if (version != VERSION) {
      throw new ModelException(
          path, 8, "version " + version, "version " + VERSION + "; pack the model again");
    }
    int headerBytes = start.getInt();
    if (headerBytes < PREFIX_BYTES + 2 * Integer.BYTES || headerBytes > MAX_BYTES) {
      throw new ModelException(
          path, 12, "a header of " + headerBytes + " bytes", "an intact header" + REMEDY);
    }
    byte[] bytes = read(path, channel, headerBytes);
    ByteBuffer in = numbers(bytes);
    int end = headerBytes - Integer.BYTES;
    if (in.getInt(end) != checksum(bytes, end)) {
      throw new ModelException(
          path, end, "a checksum that is not the header's", "an undamaged header" + REMEDY);
    }
    WeightFileHeader header = decode(path, in, end);
    if (channel.size() != in.getLong(16) || header.fileBytes() != channel.size()) {
      throw new ModelException(
          path,
          16,
          channel.size() + " bytes",
          in.getLong(16) + " bytes, as its header says" + REMEDY);
    }
    return header;
  }

  private static byte[] read(Path path, FileChannel channel, int count) throws IOException {
    byte[] bytes = new byte[count];
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      if (channel.read(in, in.position()) < 0) {
        throw new ModelException(
            path, in.position(), "the end of the file", "a header of " + count + " bytes" + REMEDY);
      }
    }
    return bytes;
  }

  private static WeightFileHeader decode(Path path, ByteBuffer in, int end) {
    byte[] fingerprint = new byte[FINGERPRINT_BYTES];
    in.get(24, fingerprint);
    int matrices = in.getInt(56);
    int parts = in.getInt(60);
    long sourceAt = PREFIX_BYTES + (long) matrices * ENTRY_BYTES + (long) parts * Integer.BYTES;
    if (matrices < 1
        || parts < 1
        || sourceAt > end - Integer.BYTES
        || in.getInt((int) sourceAt) != end - Integer.BYTES - sourceAt) {
      throw new ModelException(
          path,
          56,
          "tables of " + matrices + " matrices and " + parts + " parts",
          "tables that fill the header" + REMEDY);
    }
    byte[] table = new byte[matrices * ENTRY_BYTES];
    in.position(PREFIX_BYTES).get(table);
    int[] checksums = new int[parts];
    for (int i = 0; i < parts; i++) {
      checksums[i] = in.getInt();
    }
    byte[] source = new byte[in.getInt()];
    in.get(source);
    ByteBuffer last = numbers(table);
    last.position(table.length - 2 * Long.BYTES);
    long dataBytes = last.getLong() + last.getLong();
    return new WeightFileHeader(
        new ModelVersion(fingerprint, in.getLong(64)),
        table,
        checksums,
        new String(source, UTF_8),
        dataBytes);
  }

  /**
   * Checks that this release packed the file from this model.
   *
   * @throws ModelException otherwise
   */
  void check(Path path, WeightPacking packing, ModelVersion current) {
    if (!Arrays.equals(model.fingerprint(), current.fingerprint())) {
      throw new ModelException(
          path,
          24,
          "packed weights of another model, or of this one before it was modified",
          "those of this model; pack it again");
    }
    if (model.stamp() != current.stamp()) {
      throw new ModelException(
          path,
          64,
          "packed weights from before the model file was last modified or copied",
          "those of the current file; pack it again");
    }
    if (!Arrays.equals(table, table(packing)) || checksums.length != packing.parts().size()) {
      throw new ModelException(
          path,
          PREFIX_BYTES,
          "weights that another release of phi4j packed",
          "this release's layout; pack the model again");
    }
  }
}
