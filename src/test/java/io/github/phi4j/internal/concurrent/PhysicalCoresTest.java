package io.github.phi4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhysicalCoresTest {

  @TempDir private Path cpus;

  /** Four cores of two hardware threads, and a ninth processor that is offline. */
  @BeforeEach
  void showTopology() throws IOException {
    String[] siblings = {"0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7"};
    for (int i = 0; i < siblings.length; i++) {
      Path topology = Files.createDirectories(cpus.resolve("cpu" + i + "/topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), siblings[i] + "\n");
    }
    Files.createDirectories(cpus.resolve("cpu8"));
    Files.createDirectories(cpus.resolve("cpufreq"));
  }

  private Path status(String allowed) throws IOException {
    return Files.writeString(
        cpus.resolve("status"), "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + allowed);
  }

  @ParameterizedTest(name = "{1} processors, allowed {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0-8     | 9 | 4", // threads of a core count once
        "0-7     | 8 | 4",
        "0,1,4,5 | 4 | 2", // a set of processors: two whole cores
        "2,6     | 2 | 1",
        "0-1,7   | 3 | 3",
        "0-7     | 2 | 2", // a quota of 1.5 processors, which the JVM counts as 2
        "0-7     | 1 | 1",
        "2,6     | 1 | 1"
      })
  void coresAreThoseThatTheProcessMayUse(String allowed, int processors, int expected)
      throws IOException {
    assertThat(PhysicalCores.available(processors, cpus, status(allowed))).isEqualTo(expected);
  }

  @Test
  void systemsWithoutTopologyCountProcessors() throws IOException {
    Path absent = cpus.resolve("absent");
    assertThat(PhysicalCores.available(6, absent, absent)).isEqualTo(6);
    assertThat(PhysicalCores.available(6, absent, status("0-7"))).isEqualTo(6);
    assertThat(PhysicalCores.available(6, cpus, status("none"))).isEqualTo(6);
  }

  @Test
  void atMostTheCoresOfTheProcessAreCounted() {
    assertThat(PhysicalCores.available()).isBetween(1, Runtime.getRuntime().availableProcessors());
  }
}
