package io.github.phi4j.api;

import java.time.Duration;

/**
 * Observes generators, for metrics, traces and logs. Set by {@link LoadOptions.Builder#listeners}.
 * Each method does nothing unless overridden.
 *
 * <p>Methods are called on several threads, possibly concurrently, and must return quickly, since
 * generation waits for them. Exceptions have no effect on generation; the first is logged. JDK
 * Flight Recorder records the same, without a listener, as events {@code io.github.phi4j.*}.
 *
 * @since 0.1.0
 */
public interface GenerationListener {

  /**
   * Called when a model has been loaded, on the loading thread, before the generator is returned.
   *
   * @param generator the generator; {@link Generator#info()} is available, {@link
   *     Generator#workload()} later
   * @param time the duration of loading
   */
  default void loaded(Generator generator, Duration time) {}

  /**
   * Called after a forward pass, on a thread that all sequences of the generator wait for.
   *
   * @param generator the generator
   * @param pass a description of the pass
   */
  default void passed(Generator generator, PassReport pass) {}

  /**
   * Called when a generation begins, on the thread of the caller or, for several samples, on a
   * separate thread for each. {@link #finished} follows on the same thread, after all generations
   * that begin in between, such as those of a sink.
   *
   * @param generator the generator
   * @param options the options of the request
   */
  default void started(Generator generator, GenerationOptions options) {}

  /**
   * Called when a generation has ended, for whatever reason, on the thread of {@link #started} and
   * before the call returns.
   *
   * @param generator the generator
   * @param generation the request and its outcome
   */
  default void finished(Generator generator, GenerationReport generation) {}

  /**
   * Called when a generator has been closed and all its calls have ended.
   *
   * @param generator the generator; only {@link Generator#info()} is still available
   */
  default void closed(Generator generator) {}
}
