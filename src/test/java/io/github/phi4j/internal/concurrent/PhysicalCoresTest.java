package io.github.phi4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PhysicalCoresTest {

  @Test
  void threadsOfOneCoreCountOnce(@TempDir Path directory) throws IOException {
    String[] siblings = {"0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7"};
    for (int i = 0; i < siblings.length; i++) {
      Path topology = Files.createDirectories(directory.resolve("cpu" + i + "/topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), siblings[i] + "\n");
    }
    Files.createDirectories(directory.resolve("cpu8")); // offline: no topology
    Files.createDirectories(directory.resolve("cpufreq"));
    assertThat(PhysicalCores.count(directory)).isEqualTo(4);
  }

  @Test
  void systemsWithoutTopologyShowNone(@TempDir Path directory) {
    assertThat(PhysicalCores.count(directory)).isZero();
    assertThat(PhysicalCores.count(directory.resolve("absent"))).isZero();
  }

  @Test
  void neverMoreThanTheProcessMayUse() {
    assertThat(PhysicalCores.available()).isBetween(1, Runtime.getRuntime().availableProcessors());
  }
}
