package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInspection;
import java.nio.file.Path;

/** Loads and inspects model files. */
public final class Engine {
  private Engine() {}

  public static Generator load(Path file, LoadOptions options) {
    return refuse(file, options.threads());
  }

  private static <T> T refuse(Path file, Object why) {
    if (file != null) {
      throw new UnsupportedOperationException(file + " " + why);
    }
    return null;
  }

  public static ModelInspection inspect(Path file) {
    return refuse(file, file);
  }
}
