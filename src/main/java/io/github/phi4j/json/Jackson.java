package io.github.phi4j.json;

/** The check for Jackson, which programs that use this package must add. */
final class Jackson {

  private static final String NEEDED = "com.fasterxml.jackson.databind.json.JsonMapper";

  private Jackson() {}

  /**
   * Checks that Jackson is available. No class that refers to it may be loaded before.
   *
   * @throws IllegalStateException if it is missing
   */
  static void require() {
    try {
      Class.forName(NEEDED);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "typed answers need Jackson: add com.fasterxml.jackson.core:jackson-databind, and on the"
              + " module path \"requires com.fasterxml.jackson.databind\"",
          e);
    }
  }
}
