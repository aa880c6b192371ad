package io.github.phi4j.internal.concurrent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts processor cores. Two hardware threads of a core share its arithmetic units, so that a
 * second one makes products slower, not faster.
 */
public final class PhysicalCores {

  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  private PhysicalCores() {}

  /**
   * The cores that this process may use, within the limits of its container. Where a quota of
   * processor time is no whole number of processors, it is rounded up, as the JVM does: fewer
   * threads would leave some of it unused.
   */
  public static int available() {
    return available(Runtime.getRuntime().availableProcessors(), CPUS, STATUS);
  }

  /**
   * The lower of two limits.
   *
   * @param processors hardware threads that the JVM counts, with regard to a quota
   * @param cpus what Linux shows of its processors
   * @param status what Linux shows of this process
   */
  static int available(int processors, Path cpus, Path status) {
    int cores = count(cpus, status);
    return cores == 0 ? processors : Math.min(processors, cores);
  }

  /** The cores with a processor that the process may run on, or 0 where a system shows none. */
  private static int count(Path cpus, Path status) {
    try {
      Set<String> cores = new HashSet<>();
      for (int cpu : allowed(Files.readAllLines(status)).stream().toArray()) {
        Path siblings = cpus.resolve("cpu" + cpu + "/topology/thread_siblings_list");
        if (Files.isReadable(siblings)) {
          cores.add(Files.readString(siblings).strip());
        }
      }
      return cores.size();
    } catch (IOException | NumberFormatException _) {
      return 0; // another system, or one that hides its topology
    }
  }

  /** The processors of a line such as {@code Cpus_allowed_list: 0-3,8}. */
  private static BitSet allowed(List<String> status) {
    BitSet allowed = new BitSet();
    for (String line : status) {
      if (line.startsWith(ALLOWED)) {
        for (String range : line.substring(ALLOWED.length()).strip().split(",", -1)) {
          String[] ends = range.split("-", 2);
          allowed.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
      }
    }
    return allowed;
  }
}
