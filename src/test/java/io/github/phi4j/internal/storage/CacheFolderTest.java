package io.github.phi4j.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CacheFolderTest {

  private static Path of(String system, Map<String, String> environment) {
    return CacheFolder.of(system, environment::get, Path.of("/home/me").toString());
  }

  @Test
  void eachSystemHasItsFolder() {
    String absolute = Path.of("caches").toAbsolutePath().toString();

    assertThat(of("Linux", Map.of())).isEqualTo(Path.of("/home/me/.cache/phi4j"));
    assertThat(of("Linux", Map.of("XDG_CACHE_HOME", absolute)))
        .isEqualTo(Path.of(absolute, "phi4j"));
    assertThat(of("Linux", Map.of("XDG_CACHE_HOME", "relative", "LOCALAPPDATA", absolute)))
        .isEqualTo(Path.of("/home/me/.cache/phi4j"));
    assertThat(of("Linux", Map.of("XDG_CACHE_HOME", "")))
        .isEqualTo(Path.of("/home/me/.cache/phi4j"));
    assertThat(of("Mac OS X", Map.of("XDG_CACHE_HOME", absolute)))
        .isEqualTo(Path.of("/home/me/Library/Caches/phi4j"));
    assertThat(of("Windows 11", Map.of("LOCALAPPDATA", absolute)))
        .isEqualTo(Path.of(absolute, "phi4j"));
    assertThat(of("Windows 11", Map.of())).isEqualTo(Path.of("/home/me/AppData/Local/phi4j"));
  }
}
