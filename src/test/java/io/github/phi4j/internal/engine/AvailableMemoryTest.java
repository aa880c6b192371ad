package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AvailableMemoryTest {

  @TempDir private Path directory;

  private Path proc;
  private Path groups;

  @BeforeEach
  void layOut() throws IOException {
    proc = directory.resolve("proc");
    groups = directory.resolve("cgroup");
    Files.createDirectories(proc.resolve("self"));
    Files.createDirectories(groups.resolve("outer/inner"));
  }

  private long available() {
    return new AvailableMemory(proc, groups).getAsLong();
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  @Test
  void isUnboundedWithoutInformation() {
    assertThat(available()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void isThatOfTheMachine() throws IOException {
    write(proc.resolve("meminfo"), "MemTotal: 9000 kB\nMemAvailable:    5000 kB\nSwapFree: 1 kB\n");

    assertThat(available()).isEqualTo(5000 << 10);
  }

  @Test
  void isThatOfTheTightestGroupIncludingFilePages() throws IOException {
    write(proc.resolve("meminfo"), "MemAvailable: 5000 kB\n");
    write(proc.resolve("self/cgroup"), "0::/outer/inner\n");
    write(groups.resolve("outer/inner/memory.max"), "max\n");
    write(groups.resolve("outer/memory.max"), "1000000\n");
    write(groups.resolve("outer/memory.current"), "900000\n");
    write(
        groups.resolve("outer/memory.stat"),
        "anon 5\ninactive_file 30000\nactive_file 4000\nunevictable 7\n");

    assertThat(available()).isEqualTo(134_000);

    write(groups.resolve("outer/inner/memory.max"), "100\n");
    write(groups.resolve("outer/inner/memory.current"), "250\n");
    assertThat(available()).isZero();
  }

  @Test
  void insideAContainerTheGroupIsTheRoot() throws IOException {
    write(proc.resolve("self/cgroup"), "0::/docker/abc\n");
    write(groups.resolve("memory.max"), "5000\n");
    write(groups.resolve("memory.current"), "1000\n");

    assertThat(available()).isEqualTo(4000);
  }
}
