package io.github.phi4j.api;

/**
 * A listener for packing progress.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PackingListener {

  /**
   * Receives progress. Called periodically on the loading thread, which blocks meanwhile; the last
   * call has {@code packed == total}. An exception aborts packing.
   *
   * @param packed bytes packed so far
   * @param total bytes to pack
   */
  void progress(long packed, long total);
}
