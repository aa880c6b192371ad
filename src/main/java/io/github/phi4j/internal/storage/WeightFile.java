package io.github.phi4j.internal.storage;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.ModelChangedException;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.PackingListener;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.gguf.MappedFile;
import io.github.phi4j.internal.model.PhiWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.function.LongPredicate;
import java.util.zip.CRC32C;

/** The packed weights of a model in a mapped file; {@link WeightFileHeader} has the format. */
public final class WeightFile {

  private static final long SMALL_BYTES = 64L << 20; // a few hundredths of a second to check

  private final MappedFile file;
  private final WeightFileHeader header;
  private final WeightPacking packing;

  private WeightFile(MappedFile file, WeightFileHeader header, WeightPacking packing) {
    this.file = file;
    this.header = header;
    this.packing = packing;
  }

  /**
   * Maps a file and validates its header; a small file's data as well.
   *
   * @param model the version of the model
   * @throws ModelException if the file is of another model or release, truncated, or damaged
   * @throws IOException if it cannot be read
   */
  public static WeightFile open(Path path, WeightPacking packing, ModelVersion model, Arena arena)
      throws IOException {
    try (FileChannel channel = channel(path)) {
      WeightFileHeader header = WeightFileHeader.read(path, channel);
      header.check(path, packing, model);
      MappedFile file = MappedFile.of(path, channel, arena);
      if (file.bytes().byteSize() != header.fileBytes()) {
        throw new ModelChangedException(
            path, file.bytes().byteSize(), "a file that changes", "one that is complete", null);
      }
      WeightFile opened = new WeightFile(file, header, packing);
      if (opened.isSmall()) {
        file.reading(() -> {
          opened.check(_ -> true);
          return null;
        });
      }
      return opened;
    }
  }

  /** Returns whether the file is so small that {@link #open} checked its data. */
  public boolean isSmall() {
    return packing.bytes() <= SMALL_BYTES;
  }

  /** Deletes the file; it stays mapped where the system allows it. */
  public void delete() throws IOException {
    Files.deleteIfExists(file.path());
  }

  /**
   * Returns the model's path at the time of packing.
   *
   * @throws ModelException if the file is not an intact file of packed weights
   */
  public static String source(Path path) throws IOException {
    try (FileChannel channel = channel(path)) {
      return WeightFileHeader.read(path, channel).source();
    }
  }

  private static FileChannel channel(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) { // opening a pipe would block
      throw new FileException(path, "something that is not a regular file", "packed weights", null);
    }
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  /** Returns the model's weights with their packed copies. */
  public PhiWeights weights() {
    return packing.with(data());
  }

  private MemorySegment data() {
    return file.bytes().asSlice(header.dataAt());
  }

  /**
   * Checks that the file was not truncated since it was mapped.
   *
   * @throws ModelException if it was
   */
  public void checkUnchanged() {
    file.checkUnchanged();
  }

  /**
   * Packs a model's weights into a file. It gets its name once it is complete and synced; after a
   * failure nothing is left.
   *
   * @param model the version of the model
   * @param source the path of the model
   * @param attributes the permissions of the file
   * @throws IOException if it cannot be written
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public static void write(
      Path path,
      WeightPacking packing,
      ModelVersion model,
      String source,
      WorkerPool pool,
      PackingListener listener,
      FileAttribute<?>... attributes)
      throws IOException {
    try (Unfinished unfinished = Unfinished.create(path, attributes)) {
      write(unfinished.channel(), packing, model, source, pool, listener);
      unfinished.finish();
    }
  }

  /** Writes the data before the header, so an incomplete file has no header. */
  private static void write(
      FileChannel channel,
      WeightPacking packing,
      ModelVersion model,
      String source,
      WorkerPool pool,
      PackingListener listener)
      throws IOException {
    int[] checksums = new int[packing.parts().size()];
    WeightFileHeader header =
        new WeightFileHeader(
            model, WeightFileHeader.table(packing), checksums, source, packing.bytes());
    try (Arena arena = Arena.ofShared();
        FileWindow window =
            new FileWindow(channel, header.dataAt(), packing.largestTurn(pool), arena)) {
      packing.forEachPart(
          pool,
          (done, all) -> {
            window.write(header.dataAt() + done);
            listener.progress(done, all);
          },
          (number, _) -> {
            WeightPacking.Part part = packing.parts().get(number);
            MemorySegment packed = window.at(header.dataAt() + part.offset(), part.bytes());
            packing.pack(part, packed);
            checksums[number] = checksum(packed.asByteBuffer());
          });
      window.flush(header.fileBytes());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    ByteBuffer bytes = header.encode();
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  private static MemorySegment[] buffers(WeightPacking packing, WorkerPool pool, Arena arena) {
    MemorySegment[] buffers = new MemorySegment[pool.threads()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = arena.allocate(packing.largestPart(), WeightFileHeader.PAGE);
    }
    return buffers;
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  /**
   * Reads the whole file and compares it with a fresh packing of the model.
   *
   * @throws ModelException if a part is damaged or differs from the model
   */
  public void verify(WorkerPool pool, PackingListener listener) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment[] buffers = buffers(packing, pool, arena);
      file.reading(() -> {
        packing.forEachPart(pool, listener, (number, worker) -> verify(number, buffers[worker]));
        return null;
      });
    }
  }

  /**
   * Compares the whole file with its checksums, at a quarter of a processor's time.
   *
   * @param pause waits for the given nanoseconds and returns whether to continue
   * @throws ModelException if a part is damaged
   */
  public void check(LongPredicate pause) {
    byte[] buffer = new byte[Math.toIntExact(packing.largestPart())];
    boolean goesOn = true;
    for (int number = 0; number < packing.parts().size() && goesOn; number++) {
      long start = System.nanoTime();
      check(number, buffer);
      goesOn = pause.test(3 * (System.nanoTime() - start));
    }
  }

  /**
   * Checks a copy, since a fault in the checksum intrinsic on a truncated file would crash the JVM.
   */
  private void check(int number, byte[] buffer) {
    WeightPacking.Part part = packing.parts().get(number);
    int bytes = (int) part.bytes();
    MemorySegment.copy(data(), ValueLayout.JAVA_BYTE, part.offset(), buffer, 0, bytes);
    if (checksum(ByteBuffer.wrap(buffer, 0, bytes)) != header.checksums()[number]) {
      throw damaged(part);
    }
  }

  private ModelException damaged(WeightPacking.Part part) {
    return new ModelException(
        file.path(),
        header.dataAt() + part.offset(),
        part.bytes() + " bytes with a wrong checksum",
        "intact data; delete the file and pack the model again");
  }

  private void verify(int number, MemorySegment buffer) {
    WeightPacking.Part part = packing.parts().get(number);
    MemorySegment bytes = buffer.asSlice(0, part.bytes());
    // A copy, for the same reason as in check.
    bytes.copyFrom(data().asSlice(part.offset(), part.bytes()));
    long at = header.dataAt() + part.offset();
    if (checksum(bytes.asByteBuffer()) != header.checksums()[number]) {
      throw damaged(part);
    }
    packing.pack(part, bytes);
    if (checksum(bytes.asByteBuffer()) != header.checksums()[number]) {
      throw new ModelException(
          file.path(),
          at,
          "weights that differ from the model, which was modified",
          "the model's weights; delete the file and pack the model again");
    }
  }
}
