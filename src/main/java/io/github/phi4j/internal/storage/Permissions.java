package io.github.phi4j.internal.storage;

import io.github.phi4j.api.ModelException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Permissions of the files that phi4j creates, on file systems that have permissions. */
final class Permissions {

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> READERS =
      PosixFilePermissions.fromString("rw-r--r--");

  private Permissions() {}

  private static boolean known(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    return known(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  /** Returns the attributes of a new file that only its owner may read. */
  static FileAttribute<?>[] ofOwner(Path path) {
    return attributes(path, OWNER);
  }

  /**
   * Returns the attributes of a new file readable exactly by users who may read all of the given
   * files.
   */
  static FileAttribute<?>[] ofReaders(Path path, List<Path> files) throws IOException {
    Set<PosixFilePermission> common = EnumSet.copyOf(READERS);
    for (Path file : files) {
      if (known(file)) {
        common.retainAll(Files.getPosixFilePermissions(file));
      }
    }
    common.addAll(OWNER);
    return attributes(path, common);
  }

  /** Creates a folder and its parents for the owner only, unless it exists. */
  static void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder, attributes(folder, OWNER_FOLDER));
  }

  /**
   * Checks that a file or folder is not world-writable.
   *
   * @throws ModelException if it is
   */
  static void requireTrusted(Path path) throws IOException {
    try {
      if (known(path)
          && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new ModelException(
            path,
            -1,
            "packed weights, or a folder of them, that every user of the machine can write to",
            "one that its owner, or a group, keeps to itself (chmod o-w), or another folder");
      }
    } catch (NoSuchFileException _) {
      return; // a missing file or folder is created later
    } catch (FileSystemException e) {
      if (Files.exists(path)) {
        throw e;
      }
    }
  }
}
