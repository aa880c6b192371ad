package io.github.phi4j.internal.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.EnumSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file under a temporary name until it is complete. It is locked meanwhile, which distinguishes a
 * file being written from one that a crashed process left.
 */
final class Unfinished implements AutoCloseable {

  private static final String SUFFIX = ".unfinished";
  private static final Pattern NAME = Pattern.compile("(.+)\\.[-0-9a-f]{36}\\.unfinished");

  private final Path target;
  private final Path path;
  private final FileChannel channel;

  private Unfinished(Path target, Path path, FileChannel channel) {
    this.target = target;
    this.path = path;
    this.channel = channel;
  }

  /**
   * Creates an empty file beside its target.
   *
   * @param attributes its permissions
   */
  static Unfinished create(Path target, FileAttribute<?>... attributes) throws IOException {
    while (true) {
      Path path = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
      FileChannel channel =
          FileChannel.open(
              path,
              EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes);
      try {
        lock(channel);
        if (Files.exists(path)) { // otherwise it was deleted as abandoned before it was locked
          return new Unfinished(target, path, channel);
        }
        channel.close();
      } catch (Throwable e) { // leave nothing behind
        channel.close();
        Files.deleteIfExists(path);
        throw e;
      }
    }
  }

  private static void lock(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException _) {
      return; // no locks on this file system, so nothing counts as abandoned
    }
  }

  /**
   * Deletes the unfinished files that crashed processes left in a folder.
   *
   * @param targets accepts their final names
   */
  static void deleteAbandoned(Path folder, Predicate<String> targets) {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, file -> targets.test(target(file)))) {
      files.forEach(Unfinished::deleteIfAbandoned);
    } catch (IOException | DirectoryIteratorException _) {
      return; // the folder is unreadable or missing
    }
  }

  /** Returns the final name of an unfinished file; empty for other files. */
  private static String target(Path file) {
    Matcher matcher = NAME.matcher(file.getFileName().toString());
    return matcher.matches() ? matcher.group(1) : "";
  }

  private static void deleteIfAbandoned(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | OverlappingFileLockException _) {
      return; // gone by now, in use by this process, or owned by another user
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Renames the complete file to its target, replacing an existing one. */
  void finish() throws IOException {
    channel.force(true);
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder(target.toAbsolutePath().getParent());
  }

  /**
   * Syncs the folder, where the system allows it, so that the new name survives a power failure.
   */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      return; // the contents are synced already
    }
  }

  /** Deletes the file, unless it is finished. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(path);
    } finally {
      channel.close();
    }
  }
}
