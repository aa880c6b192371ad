package io.github.phi4j.internal.concurrent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts physical cores. Hardware threads of one core share its arithmetic units, so a second
 * thread per core slows products down.
 */
public final class PhysicalCores {

  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  private PhysicalCores() {}

  /**
   * The cores available to this process, within its container's limits. A fractional CPU quota is
   * rounded up, as the JVM does: fewer threads would leave part of it unused.
   */
  public static int available() {
    return available(Runtime.getRuntime().availableProcessors(), CPUS, STATUS);
  }

  /**
   * The lower of two limits.
   *
   * @param processors hardware threads as counted by the JVM, quota included
   * @param cpus Linux's directory of processors
   * @param status Linux's status file of this process
   */
  static int available(int processors, Path cpus, Path status) {
    int cores = count(cpus, status);
    return cores == 0 ? processors : Math.min(processors, cores);
  }

  /** Cores with a processor in the process's affinity mask; 0 if the system shows none. */
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
      return 0; // not Linux, or the topology is hidden
    }
  }

  /** The processors in a line such as {@code Cpus_allowed_list: 0-3,8}. */
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
