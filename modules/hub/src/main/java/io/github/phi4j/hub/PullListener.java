package io.github.phi4j.hub;

/**
 * Follows a download.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PullListener {

  /**
   * Called as bytes arrive, some times a second, and at the start and the end of each file.
   *
   * @param file the file's name in its repository
   * @param received the bytes of the file that are here, including those of an earlier attempt
   * @param total the file's length
   */
  void received(String file, long received, long total);

  /**
   * Called when the bytes of a file are checked against its SHA-256. Does nothing unless
   * overridden.
   *
   * @param file the file's name in its repository
   */
  default void verifying(String file) {}

  /**
   * Called when a request is tried again. Does nothing unless overridden.
   *
   * @param file the file's name in its repository, or the repository's own if its files are not
   *     known yet
   * @param reason why the request failed
   */
  default void retrying(String file, String reason) {}
}
