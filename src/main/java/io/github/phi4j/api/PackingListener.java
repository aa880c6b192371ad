package io.github.phi4j.api;

/**
 * Learns how far the packing of weights has come.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PackingListener {

  /**
   * Takes note of progress. It is called now and then, on the thread that loads the model and that
   * waits meanwhile; the last call has {@code packed == total}. What it throws ends the packing.
   *
   * @param packed bytes that are done
   * @param total bytes to do
   */
  void progress(long packed, long total);
}
