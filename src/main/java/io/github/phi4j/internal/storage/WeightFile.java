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

/** The packed weights of a model in a mapped file of their own: see {@link WeightFileHeader}. */
public final class WeightFile {

  private static final long SMALL_BYTES = 64L << 20; // some hundredths of a second

  private final MappedFile file;
  private final WeightFileHeader header;
  private final WeightPacking packing;

  private WeightFile(MappedFile file, WeightFileHeader header, WeightPacking packing) {
    this.file = file;
    this.header = header;
    this.packing = packing;
  }

  /**
   * Maps a file, if it is complete and of this model. Its data is not read, unless it is small.
   *
   * @param model the version of the model
   * @throws ModelException if it is of another model or release, cut short, or damaged
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

  /** Whether so little is to be read that {@link #open} has checked all of it. */
  public boolean isSmall() {
    return packing.bytes() <= SMALL_BYTES;
  }

  /** Deletes the file, which stays mapped where the system lets it. */
  public void delete() throws IOException {
    Files.deleteIfExists(file.path());
  }

  /**
   * The path that the model had when a file was made.
   *
   * @throws ModelException if that is not a sound file of packed weights
   */
  public static String source(Path path) throws IOException {
    try (FileChannel channel = channel(path)) {
      return WeightFileHeader.read(path, channel).source();
    }
  }

  private static FileChannel channel(Path path) throws IOException {
    if (Files.exists(path)
        && !Files.isRegularFile(path)) { // opening a pipe would wait for a writer
      throw new FileException(path, "something that is not a regular file", "packed weights", null);
    }
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  /** The model's weights with their packed copies. */
  public PhiWeights weights() {
    return packing.with(data());
  }

  private MemorySegment data() {
    return file.bytes().asSlice(header.dataAt());
  }

  /**
   * Checks that the file was not cut short since it was mapped.
   *
   * @throws ModelException if it was
   */
  public void checkUnchanged() {
    file.checkUnchanged();
  }

  /**
   * Packs a model's weights into a file. It appears under its name only once it is complete and on
   * the disk; until then it has another name, and after a failure it is gone.
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

  /** Writes the data first, so that a file without it has no header either. */
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
   * Reads the whole file, and packs the model once more to compare.
   *
   * @throws ModelException if a part is damaged, or not what the model packs to
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
   * Reads the whole file at a quarter of a processor's time, and compares it with its checksums.
   *
   * @param pause waits for some nanoseconds, and says whether to go on
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

  /** Checks a copy, since a page that is gone would not be survived inside of the checksum. */
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
        "undamaged data; delete the file and pack the model anew");
  }

  private void verify(int number, MemorySegment buffer) {
    WeightPacking.Part part = packing.parts().get(number);
    MemorySegment bytes = buffer.asSlice(0, part.bytes());
    // A copy, since a page that is gone would not be survived inside of the checksum.
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
          "weights that are not the model's, which was changed",
          "what the model packs to; delete the file and pack the model anew");
    }
  }
}
