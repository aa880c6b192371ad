package io.github.phi4j.internal.storage;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Locates the operating system's cache folder. */
final class CacheFolder {

  private static final String NAME = "phi4j";

  private CacheFolder() {}

  /** Returns the current user's folder. */
  static Path ofUser() {
    return of(System.getProperty("os.name"), System::getenv, System.getProperty("user.home"));
  }

  /**
   * Returns the folder by the system's convention.
   *
   * @param system the name of the operating system
   * @param environment the environment variables, null where one is not set
   * @param home the user's home folder
   */
  static Path of(String system, UnaryOperator<String> environment, String home) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.startsWith("mac")) {
      return Path.of(home, "Library", "Caches", NAME);
    }
    boolean windows = name.startsWith("windows");
    String base = environment.apply(windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    if (base != null && Path.of(base).isAbsolute()) { // the convention ignores relative paths
      return Path.of(base, NAME);
    }
    return windows ? Path.of(home, "AppData", "Local", NAME) : Path.of(home, ".cache", NAME);
  }
}
