package io.github.phi4j.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * A model in the cache.
 *
 * @param repository its repository, {@code user/repo}
 * @param commit the commit of the repository
 * @param files the GGUF file, or all parts of a split one in order
 * @param bytes their total size
 * @since 0.1.0
 */
public record CachedModel(String repository, String commit, List<Path> files, long bytes) {

  /**
   * Creates a model.
   *
   * @throws IllegalArgumentException if there is no file
   */
  public CachedModel {
    files = List.copyOf(files);
    if (files.isEmpty()) {
      throw new IllegalArgumentException("a model has at least one file");
    }
  }

  /**
   * Returns the file to load: the only one, or the first part.
   *
   * @return a GGUF file
   */
  public Path file() {
    return files.getFirst();
  }
}
