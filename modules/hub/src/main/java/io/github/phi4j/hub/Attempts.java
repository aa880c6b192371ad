package io.github.phi4j.hub;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** Retries after transient failures, a limited number of times with exponential back-off. */
final class Attempts {

  /** A request that may be repeated. */
  @FunctionalInterface
  interface Request<T> {
    T send() throws IOException, InterruptedException;
  }

  private static final int MAX_FAILURES = 6;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  private final String name;
  private final PullListener listener;
  private final Duration firstPause;
  private int failures;

  /**
   * Creates the attempts for one file or repository.
   *
   * @param name the name of the file or repository, for messages
   */
  Attempts(String name, PullListener listener, Duration firstPause) {
    this.name = name;
    this.listener = listener;
    this.firstPause = firstPause;
  }

  /** Repeats a request until it succeeds. */
  <T> T until(Request<T> request) throws IOException, InterruptedException {
    while (true) {
      try {
        return request.send();
      } catch (HubException e) {
        throw e;
      } catch (IOException e) {
        failed(e, false);
      }
    }
  }

  /**
   * Pauses after a failure.
   *
   * @param progressed whether the attempt made progress, which resets the count of failures
   * @throws HubException after too many failures
   */
  void failed(IOException reason, boolean progressed) throws HubException, InterruptedException {
    failures = progressed ? 1 : failures + 1;
    if (failures >= MAX_FAILURES) {
      throw new HubException(
          name
              + " could not be downloaded: "
              + text(reason)
              + "; completed parts are kept, and the next pull resumes there",
          reason);
    }
    listener.retrying(name, text(reason));
    Thread.sleep(pause(reason));
  }

  private static String text(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "the server does not respond";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private Duration pause(IOException reason) {
    Duration pause = firstPause.multipliedBy(1L << (failures - 1));
    if (reason instanceof HubClient.RetryException retry && retry.pause().compareTo(pause) > 0) {
      pause = retry.pause();
    }
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }
}
