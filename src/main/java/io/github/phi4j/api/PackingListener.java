package io.github.phi4j.api;

/**
 * A listener for packing progress.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PackingListener {

  /**
   * Reports progress. Called from time to time on the thread that loads the model, which waits
   * meanwhile; the last call has {@code packed == total}. An exception aborts packing.
   *
   * @param packed bytes packed so far
   * @param total bytes to pack
   */
  void progress(long packed, long total);
}
