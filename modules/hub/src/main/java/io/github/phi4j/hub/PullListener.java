package io.github.phi4j.hub;

/**
 * A listener for download progress.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PullListener {

  /**
   * Called a few times per second as bytes arrive, and at the start and end of each file.
   *
   * @param file the file's name in its repository
   * @param received the number of bytes so far, including those of an earlier attempt
   * @param total the file's length
   */
  void received(String file, long received, long total);

  /**
   * Called when a file's SHA-256 is verified. Does nothing by default.
   *
   * @param file the file's name in its repository
   */
  default void verifying(String file) {}

  /**
   * Called when a request is retried. Does nothing by default.
   *
   * @param file the file's name in its repository, or the repository's name if its files are not
   *     known yet
   * @param reason the reason of the failure
   */
  default void retrying(String file, String reason) {}
}
