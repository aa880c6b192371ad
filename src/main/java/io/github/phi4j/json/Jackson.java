package io.github.phi4j.json;

/** The library that programs bring along for this package. */
final class Jackson {

  private static final String NEEDED = "com.fasterxml.jackson.databind.json.JsonMapper";

  private Jackson() {}

  /**
   * Checks that it is there. No class that has it in its code may be loaded before.
   *
   * @throws IllegalStateException if it is not
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
