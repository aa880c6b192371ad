package io.github.phi4j.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The memory still available to this process on Linux: the minimum of the machine's available
 * memory and the headroom of its control groups (version 2). Pages of mapped files count as
 * available, since they can be read again. Unlimited where unknown.
 */
final class AvailableMemory implements LongSupplier {

  private static final Pattern AVAILABLE =
      Pattern.compile("^MemAvailable:\\s+(\\d{1,15}) kB", Pattern.MULTILINE);
  private static final Pattern GROUP = Pattern.compile("^0::(/.*)$", Pattern.MULTILINE);
  private static final Pattern FILE_PAGES =
      Pattern.compile("^(?:in)?active_file (\\d{1,18})$", Pattern.MULTILINE);

  private final Path proc;
  private final Path groups;

  AvailableMemory() {
    this(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  AvailableMemory(Path proc, Path groups) {
    this.proc = proc;
    this.groups = groups;
  }

  @Override
  public long getAsLong() {
    Matcher machine = AVAILABLE.matcher(text(proc.resolve("meminfo")));
    long least = machine.find() ? Long.parseLong(machine.group(1)) << 10 : Long.MAX_VALUE;
    Matcher group = GROUP.matcher(text(proc.resolve("self/cgroup")));
    if (!group.find()) {
      return least;
    }
    Path folder = groups.resolve(group.group(1).substring(1)).normalize();
    if (!Files.isDirectory(folder)) {
      folder = groups; // in a container the path may be the host's
    }
    for (; folder != null && folder.startsWith(groups); folder = folder.getParent()) {
      least = Math.min(least, left(folder));
    }
    return least;
  }

  private static long left(Path group) {
    long limit = number(group.resolve("memory.max"), Long.MAX_VALUE);
    if (limit == Long.MAX_VALUE) {
      return limit;
    }
    long files =
        FILE_PAGES
            .matcher(text(group.resolve("memory.stat")))
            .results()
            .mapToLong(line -> Long.parseLong(line.group(1)))
            .sum();
    return Math.max(0, limit - number(group.resolve("memory.current"), 0) + files);
  }

  private static long number(Path file, long otherwise) {
    return Stream.of(text(file).strip())
        .filter(text -> text.matches("\\d{1,18}"))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(otherwise);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException _) {
      return "";
    }
  }
}
