package io.github.phi4j.api;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A handle that cancels calls from any thread, wherever they are: waiting for their turn, compiling
 * a grammar, in prefill or decoding. It is given to a call by {@link
 * GenerationOptions.Builder#cancellation}, and may be given to several, one after the other or at
 * the same time; it cancels all of them, and those that begin later at once. Thread-safe.
 *
 * <p>A generation that is cancelled returns what it has so far, with {@link
 * FinishReason#CANCELLED}.
 *
 * @since 0.1.0
 */
public final class Cancellation {

  private final Set<Action> registrations = new LinkedHashSet<>(); // guarded by this
  private volatile boolean cancelled;

  /** Creates a handle that cancels nothing yet. */
  public Cancellation() {}

  /**
   * An action that waits for a cancellation.
   *
   * @see Cancellation#onCancel
   * @since 0.1.0
   */
  public interface Registration extends AutoCloseable {

    /**
     * Forgets the action, or waits until it has run if another thread runs it at this moment.
     * Closing twice is harmless.
     */
    @Override
    void close();
  }

  /** Cancels, for good. Calls after the first do nothing. */
  public synchronized void cancel() {
    if (cancelled) {
      return;
    }
    cancelled = true;
    List<Action> waiting = List.copyOf(registrations);
    registrations.clear();
    waiting.forEach(registration -> registration.action.run());
  }

  /**
   * Whether {@link #cancel()} was called.
   *
   * @return true from then on
   */
  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Registers an action that runs once when this is cancelled, on the thread that does so; at once,
   * on the calling thread, if that has happened. It should be short, and must not wait for another
   * thread that uses this handle.
   *
   * @param action the action
   * @return closing it forgets the action
   */
  public synchronized Registration onCancel(Runnable action) {
    Action registration = new Action(Objects.requireNonNull(action, "action"));
    if (cancelled) {
      action.run();
    } else {
      registrations.add(registration);
    }
    return registration;
  }

  private synchronized void forget(Action registration) {
    registrations.remove(registration);
  }

  private final class Action implements Registration {
    private final Runnable action;

    Action(Runnable action) {
      this.action = action;
    }

    @Override
    public void close() {
      forget(this);
    }
  }
}
