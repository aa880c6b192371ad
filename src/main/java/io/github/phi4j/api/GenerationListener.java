package io.github.phi4j.api;

import java.time.Duration;

/**
 * Observes generators, for metrics, traces and logs. Set by {@link LoadOptions.Builder#listeners}.
 * Each method does nothing unless overridden.
 *
 * <p>Methods are called on several threads, also at the same time, and must return quickly: those
 * who generate wait meanwhile. What they throw changes nothing; the first time it is logged. The
 * same is recorded by the JDK's flight recorder, without a listener, in the events {@code
 * io.github.phi4j.*}.
 *
 * @since 0.1.0
 */
public interface GenerationListener {

  /**
   * A model was loaded. Called on the thread that loads it, before anyone else has the generator.
   *
   * @param generator the generator, to ask for its {@link Generator#info()} now and for its {@link
   *     Generator#workload()} later
   * @param time how long loading took
   */
  default void loaded(Generator generator, Duration time) {}

  /**
   * A forward pass was computed. Called on a thread that all sequences of the generator wait for.
   *
   * @param generator the generator
   * @param pass a description of the pass
   */
  default void passed(Generator generator, PassReport pass) {}

  /**
   * A generation begins. Called on the thread of the caller, or, for several samples, on one of its
   * own for each; {@link #finished} follows on the same thread, after all generations that begin in
   * between, such as those of a sink.
   *
   * @param generator the generator
   * @param options the options of the request
   */
  default void started(Generator generator, GenerationOptions options) {}

  /**
   * A generation ended, whatever ended it. Called on the thread that {@link #started} was called
   * on, before the call returns.
   *
   * @param generator the generator
   * @param generation the request and its outcome
   */
  default void finished(Generator generator, GenerationReport generation) {}

  /**
   * A generator was closed, and all its calls have ended.
   *
   * @param generator the generator, which answers only for its {@link Generator#info()}
   */
  default void closed(Generator generator) {}
}
