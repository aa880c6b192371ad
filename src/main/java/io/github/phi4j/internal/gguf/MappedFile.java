package io.github.phi4j.internal.gguf;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.ModelChangedException;
import io.github.phi4j.api.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/** A file mapped for reading, for the lifetime of its arena. */
public final class MappedFile {

  private final Path path;
  private final MemorySegment bytes;
  private final Object fileKey; // distinguishes it from a later file at its path; may be null
  private final Instant modified;

  private MappedFile(Path path, MemorySegment bytes, BasicFileAttributes attributes) {
    this.path = path;
    this.bytes = bytes;
    fileKey = attributes.fileKey();
    modified = attributes.lastModifiedTime().toInstant();
  }

  /**
   * Maps a file.
   *
   * @param expected the expected kind of file, for errors
   * @throws FileException if it cannot be read
   * @throws ModelException if it is empty
   */
  public static MappedFile open(Path path, Arena arena, String expected) {
    if (Files.isDirectory(path)) {
      throw new FileException(path, "a directory", expected, null);
    }
    if (Files.exists(path)
        && !Files.isRegularFile(path)) { // opening a pipe blocks until there is a writer
      throw new FileException(
          path, "something that is not a regular file and cannot be mapped", expected, null);
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() == 0) {
        throw new ModelException(path, 0, "an empty file", expected);
      }
      return of(path, channel, arena);
    } catch (NoSuchFileException e) {
      throw new FileException(path, "no such file", expected, e);
    } catch (AccessDeniedException e) {
      throw new FileException(
          path, "a file that may not be read", expected + "; check its permissions", e);
    } catch (IOException e) {
      throw new FileException(path, "a file that cannot be mapped: " + e, expected, e);
    }
  }

  /** Maps an open file; the channel may be closed afterwards. */
  public static MappedFile of(Path path, FileChannel channel, Arena arena) throws IOException {
    return new MappedFile(
        path,
        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
        attributes(path));
  }

  /** Whether the system can replace and delete files while they are mapped; Windows cannot. */
  public static boolean canBeReplaced() {
    return !System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class);
  }

  /** Its path. */
  public Path path() {
    return path;
  }

  /** The time of its last modification when it was mapped. */
  Instant modified() {
    return modified;
  }

  /** Its contents. */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * Checks that the file was not truncated or modified since it was mapped. A file that was
   * deleted, renamed or replaced remains mapped unchanged.
   *
   * @throws ModelChangedException if it was
   */
  public void checkUnchanged() {
    BasicFileAttributes now;
    try {
      now = attributes(path);
    } catch (IOException _) {
      return;
    }
    if (!Objects.equals(now.fileKey(), fileKey)) {
      return;
    }
    if (now.size() < bytes.byteSize()) {
      throw new ModelChangedException(
          path,
          now.size(),
          "the end of the file, which was cut short while it was open",
          bytes.byteSize() + " bytes as when it was loaded; restore the file and load it again",
          null);
    }
    if (!now.lastModifiedTime().toInstant().equals(modified)) {
      throw new ModelChangedException(
          path,
          -1,
          "a file that was written to at " + now.lastModifiedTime() + ", while it was open",
          "the contents of " + modified + ", when it was loaded; load it again",
          null);
    }
  }

  /**
   * Runs work that reads the mapping.
   *
   * @throws ModelChangedException if the file was truncated meanwhile: a missing page causes an
   *     {@link InternalError}, and the missing rest of the last page reads as zeros
   */
  public <T> T reading(Supplier<T> work) {
    return reading(this::checkUnchanged, work);
  }

  static <T> T reading(Runnable check, Supplier<T> work) {
    try {
      T result = work.get();
      check.run();
      return result;
    } catch (InternalError e) {
      check.run();
      throw e;
    }
  }
}
