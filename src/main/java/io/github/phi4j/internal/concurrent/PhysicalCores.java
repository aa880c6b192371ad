package io.github.phi4j.internal.concurrent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts processor cores. Two hardware threads of a core share its arithmetic units, so that a
 * second one makes products slower, not faster.
 */
public final class PhysicalCores {

  private static final Path LINUX = Path.of("/sys/devices/system/cpu");

  private PhysicalCores() {}

  /** The cores that this process may use, within the limits of its container. */
  public static int available() {
    int processors = Runtime.getRuntime().availableProcessors();
    int cores = count(LINUX);
    return cores == 0 ? processors : Math.min(processors, cores);
  }

  /** The cores that a Linux system shows in a directory, or 0 where it shows none. */
  static int count(Path directory) {
    Set<String> siblings = new HashSet<>();
    try (DirectoryStream<Path> processors = Files.newDirectoryStream(directory, "cpu[0-9]*")) {
      for (Path processor : processors) {
        Path list = processor.resolve("topology/thread_siblings_list");
        if (Files.isReadable(list)) {
          siblings.add(Files.readString(list).strip());
        }
      }
    } catch (IOException _) {
      return 0; // another system, or one that hides its topology
    }
    return siblings.size();
  }
}
