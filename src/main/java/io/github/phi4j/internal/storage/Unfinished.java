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
 * A file under another name until it is complete. It is locked meanwhile, so that those that a
 * crashed process left can be told from those that are being written.
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
   * Creates an empty file beside the one that it will become.
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
        if (Files.exists(path)) { // or else it was taken for abandoned before it was locked
          return new Unfinished(target, path, channel);
        }
        channel.close();
      } catch (Throwable e) { // nothing may be left
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
      return; // a file system without locks, where nothing is ever taken for abandoned
    }
  }

  /**
   * Deletes the unfinished files that crashed processes left in a folder.
   *
   * @param targets the names that they were to get
   */
  static void deleteAbandoned(Path folder, Predicate<String> targets) {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, file -> targets.test(target(file)))) {
      files.forEach(Unfinished::deleteIfAbandoned);
    } catch (IOException | DirectoryIteratorException _) {
      return; // a folder that may not be listed, or is not there
    }
  }

  /** The name that an unfinished file was to get; empty for other files. */
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
      return; // it is gone by now, or in use by this process, or another user's
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Gives the complete file its name, in place of one that has it. */
  void finish() throws IOException {
    channel.force(true);
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder(target.toAbsolutePath().getParent());
  }

  /** Makes a new name last through a power failure, where the system lets folders be opened. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      return; // the file itself is safe
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
