package io.github.phi4j.api;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A handle that cancels calls from any thread, at any stage: in the queue, while a grammar is
 * compiled, in prefill or during decoding. The options of a call attach it, as by {@link
 * GenerationOptions.Builder#cancellation}. Several calls, consecutive or concurrent, may share it;
 * it cancels all of them, and later ones immediately. Thread-safe.
 *
 * <p>A cancelled generation returns its result so far, with {@link FinishReason#CANCELLED}; other
 * calls throw {@link java.util.concurrent.CancellationException}.
 *
 * @since 0.1.0
 */
public final class Cancellation {

  private final Set<Action> registrations = new LinkedHashSet<>(); // guarded by this
  private volatile boolean cancelled;

  /** Creates a handle. */
  public Cancellation() {}

  /**
   * A registered action.
   *
   * @see Cancellation#onCancel
   * @since 0.1.0
   */
  public interface Registration extends AutoCloseable {

    /**
     * Unregisters the action; if another thread is running it, waits for it to complete. Closing
     * twice is harmless.
     */
    @Override
    void close();
  }

  /** Cancels permanently. Further calls have no effect. */
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
   * Returns whether {@link #cancel()} was called.
   *
   * @return true from then on
   */
  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Registers an action to run once on cancellation, on the cancelling thread; if already
   * cancelled, it runs immediately on the calling thread. The action should be short, and must not
   * wait for another thread that uses this handle.
   *
   * @param action the action
   * @return the registration; closing it unregisters the action
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
