package io.github.phi4j.internal.storage;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Printable;
import io.github.phi4j.internal.gguf.MappedFile;
import io.github.phi4j.internal.model.KvCache;
import io.github.phi4j.internal.model.KvMemory;
import io.github.phi4j.internal.model.PhiConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context in a file: a header with the tokens, then the pages of its KV cache in their memory
 * layout, to be used directly from the mapping. All numbers are little-endian.
 *
 * <pre>
 *   0  8 bytes   "phi4j-kv"
 *   8  int       version
 *  12  32 bytes  fingerprint of the model
 *  44  int       format of keys: 0 F32, 1 F16, 8 Q8_0, as ggml numbers them
 *  48  int       format of values
 *  52  int       1 if keys were rotated for a long context, else 0
 *  56  int       tokens of the context
 *  60  int       positions in the cache
 *  64  int unshifted: up to here the cache depends on the tokens alone
 *  68  long      bytes of a page
 *  76  long      stamp of the model's files
 *  84  ints      the tokens
 *      ints      CRC-32C of each page
 *      int       CRC-32C of all before
 *      zeros     up to a multiple of 4096
 *      pages
 * </pre>
 *
 * @param tokens of the context
 * @param unshifted the position up to which the cache depends on the tokens alone
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record ContextFile(int[] tokens, int unshifted) {

  private static final Logger LOG = LoggerFactory.getLogger(ContextFile.class);
  private static final byte[] MAGIC = {'p', 'h', 'i', '4', 'j', '-', 'k', 'v'};
  private static final int VERSION = 2;
  private static final int FINGERPRINT = 32;
  private static final int FIXED = 84;
  private static final int STAMP_AT = 76;
  private static final int ALIGNMENT = 4096;
  private static final String EXPECTED = "a session that phi4j saved";
  private static final String REMEDY =
      "a complete file; delete this one and save the session " + "again";

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Writes a context atomically: if anything fails, a previous file remains. */
  public void write(Path file, ModelVersion model, KvCache cache) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    String name = target.getFileName().toString();
    Unfinished.deleteAbandoned(target.getParent(), name::equals);
    try (Unfinished unfinished = Unfinished.create(target, Permissions.ofOwner(target))) {
      writeAll(unfinished.channel(), header(model, cache));
      for (int i = 0; i < KvCache.pageCount(cache.length()); i++) {
        writeAll(unfinished.channel(), cache.page(i).asByteBuffer());
      }
      cache.checkSource();
      unfinished.finish();
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private ByteBuffer header(ModelVersion model, KvCache cache) {
    int pages = KvCache.pageCount(cache.length());
    ByteBuffer header =
        ByteBuffer.allocate(Math.toIntExact(pagesOffset(tokens.length, pages)))
            .order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).put(model.fingerprint());
    header.putInt(id(cache.format().keys()));
    header.putInt(id(cache.format().values()));
    header.putInt(cache.longFactors() ? 1 : 0).putInt(tokens.length).putInt(cache.length());
    header.putInt(unshifted).putLong(cache.pageBytes()).putLong(model.stamp());
    for (int token : tokens) {
      header.putInt(token);
    }
    for (int i = 0; i < pages; i++) {
      header.putInt(checksum(cache.page(i)));
    }
    header.putInt(checksum(MemorySegment.ofArray(header.array()).asSlice(0, header.position())));
    return header.rewind();
  }

  private static int id(KvCacheType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case Q8_0 -> 8;
    };
  }

  /**
   * Computes the checksum of copies, since a fault in the checksum intrinsic on a truncated file
   * would crash the JVM.
   */
  private static int checksum(MemorySegment bytes) {
    CRC32C sum = new CRC32C();
    byte[] copy = new byte[1 << 16];
    for (long at = 0; at < bytes.byteSize(); at += copy.length) {
      int count = (int) Math.min(copy.length, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, copy, 0, count);
      sum.update(copy, 0, count);
    }
    return (int) sum.getValue();
  }

  private static long checksumOffset(long tokens, long pages) {
    return FIXED + Integer.BYTES * (tokens + pages);
  }

  private static long pagesOffset(long tokens, long pages) {
    long end = checksumOffset(tokens, pages) + Integer.BYTES;
    return Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT;
  }

  /** A restored context. */
  public record Restored(ContextFile context, KvCache cache) {}

  /**
   * Maps a file and verifies all of it. Pages stay in the file until they are written to.
   *
   * @throws ModelException if the file is damaged, of another model, or longer than the context
   */
  public static Restored read(
      Path path, ModelVersion model, PhiConfig config, int capacity, KvMemory memory) {
    Arena arena = Arena.ofShared();
    try {
      MappedFile file = MappedFile.open(path, arena, EXPECTED);
      Restored restored =
          file.reading(() -> new Reader(file, arena, config).read(model, capacity, memory));
      if (restored.cache().length() == 0) {
        arena.close();
      }
      return restored;
    } catch (Throwable e) { // a refused file must not stay mapped
      arena.close();
      throw e;
    }
  }

  private record Reader(MappedFile file, Arena arena, PhiConfig config) {

    Restored read(ModelVersion model, int capacity, KvMemory memory) {
      checkKind(model.fingerprint());
      int count = integer(56);
      int positions = integer(60);
      check(56, count >= 0 && positions >= 0 && positions <= count, "impossible lengths", REMEDY);
      int pages = KvCache.pageCount(positions);
      long checksumOffset = checksumOffset(count, pages);
      check(
          bytes().byteSize(),
          checksumOffset + Integer.BYTES <= bytes().byteSize(),
          "the end of the file",
          REMEDY);
      check(
          checksumOffset,
          checksum(bytes().asSlice(0, checksumOffset)) == integer(checksumOffset),
          "a wrong checksum: the header is damaged",
          REMEDY);
      KvCache.Format format = new KvCache.Format(type(44), type(48));
      checkPages(format, count, pages);
      int[] tokens = bytes().asSlice(FIXED, 4L * count).toArray(INT);
      check(
          56,
          count <= capacity,
          count + " tokens",
          "at most " + capacity + ", the context length; load the model with a longer context");
      for (int i = 0; i < count; i++) {
        check(
            FIXED + 4L * i,
            tokens[i] >= 0 && tokens[i] < config.vocabularySize(),
            "token " + tokens[i],
            REMEDY);
      }
      checkFlags(count);
      KvCache cache = new KvCache(config, format, capacity, memory);
      if (bytes().get(LONG, STAMP_AT) != model.stamp()) {
        LOG.warn(
            "{} was saved before the model file was last modified or copied: only its tokens are "
                + "restored, and recomputed",
            Printable.of(file.path().toString()));
        return new Restored(new ContextFile(tokens, Integer.MAX_VALUE), cache);
      }
      cache.adopt(
          pages(pagesOffset(count, pages), pages), positions, integer(52) == 1, file, arena::close);
      return new Restored(new ContextFile(tokens, integer(64)), cache);
    }

    /** Checks the flags. */
    private void checkFlags(int count) {
      int longFactors = integer(52);
      boolean canBeLong = config.contextLength() > config.originalContextLength();
      check(
          52,
          longFactors == 0 || (longFactors == 1 && canBeLong),
          "rope factors of kind " + longFactors,
          REMEDY);
      int unshifted = integer(64);
      check(
          64,
          unshifted == Integer.MAX_VALUE || (unshifted >= 0 && unshifted <= count),
          "a shift at position " + unshifted + " of " + count,
          REMEDY);
    }

    private MemorySegment bytes() {
      return file.bytes();
    }

    private int integer(long offset) {
      return bytes().get(INT, offset);
    }

    private void checkKind(byte[] fingerprint) {
      check(0, bytes().byteSize() >= MAGIC.length, "too few bytes", EXPECTED);
      byte[] magic = bytes().asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE);
      check(0, Arrays.equals(magic, MAGIC), "something else", EXPECTED);
      check(bytes().byteSize(), bytes().byteSize() >= FIXED, "the end of the file", REMEDY);
      check(
          MAGIC.length,
          integer(MAGIC.length) == VERSION,
          "version " + integer(MAGIC.length),
          "version " + VERSION + "; save the session again with this version of phi4j");
      byte[] model = bytes().asSlice(12, FINGERPRINT).toArray(ValueLayout.JAVA_BYTE);
      check(
          12,
          Arrays.equals(model, fingerprint),
          "a session of another model",
          "one that was saved with the model that is loaded");
    }

    private KvCacheType type(long offset) {
      for (KvCacheType type : KvCacheType.values()) {
        if (id(type) == integer(offset)) {
          return type;
        }
      }
      throw new ModelException(file.path(), offset, "number format " + integer(offset), REMEDY);
    }

    private void checkPages(KvCache.Format format, int count, int pages) {
      long pageBytes = bytes().get(LONG, 68);
      check(
          68,
          pageBytes == format.pageBytes(config),
          "pages of " + pageBytes + " bytes",
          "pages of " + format.pageBytes(config));
      long from = pagesOffset(count, pages);
      check(
          bytes().byteSize(),
          bytes().byteSize() == from + pages * pageBytes,
          "the end of the file",
          REMEDY);
      for (long at = checksumOffset(count, pages) + Integer.BYTES; at < from; at++) {
        check(at, bytes().get(ValueLayout.JAVA_BYTE, at) == 0, "a byte that is not zero", REMEDY);
      }
      for (int i = 0; i < pages; i++) {
        check(
            from + i * pageBytes,
            checksum(bytes().asSlice(from + i * pageBytes, pageBytes))
                == integer(FIXED + 4L * (count + i)),
            "a wrong checksum: keys and values are damaged",
            REMEDY);
      }
    }

    private List<MemorySegment> pages(long from, int count) {
      long pageBytes = bytes().get(LONG, 68);
      List<MemorySegment> pages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        pages.add(bytes().asSlice(from + i * pageBytes, pageBytes));
      }
      return pages;
    }

    private void check(long offset, boolean holds, String found, String expected) {
      if (!holds) {
        throw new ModelException(file.path(), offset, found, expected);
      }
    }
  }
}
