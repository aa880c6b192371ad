package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInspection;
import java.nio.file.Path;

/** Loads and inspects model files. */
public final class Engine {
  private Engine() {}

  public static Generator load(Path file, LoadOptions options) {
    if (options.threads().isPresent() || options.threads().isEmpty()) {
      throw new UnsupportedOperationException(file.toString());
    }
    return null;
  }

  public static ModelInspection inspect(Path file) {
    if (file != null) {
      throw new UnsupportedOperationException(file.toString());
    }
    return null;
  }
}
