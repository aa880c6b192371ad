package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ClosedException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The open sessions of a generator. Thread-safe. */
final class Sessions {

  private final Set<DefaultSession> open = new HashSet<>(); // guarded by this
  private boolean closed; // guarded by this

  /**
   * Opens a session.
   *
   * @throws ClosedException if the generator is closed
   */
  synchronized DefaultSession open(Supplier<DefaultSession> maker) {
    if (closed) {
      throw new ClosedException("the generator is closed");
    }
    DefaultSession session = maker.get();
    open.add(session);
    return session;
  }

  /** Removes a session that was closed. */
  synchronized void remove(DefaultSession session) {
    open.remove(session);
  }

  /**
   * Refuses new sessions from now on.
   *
   * @return the sessions to close; empty if this was called before
   * @throws IllegalStateException if the calling thread is in a call of one of them
   */
  synchronized Optional<List<DefaultSession>> close() {
    if (open.stream().anyMatch(DefaultSession::servesThisThread)) {
      throw new IllegalStateException(
          "the generator cannot be closed from a sink; return false from it, and close later");
    }
    Optional<List<DefaultSession>> left =
        closed ? Optional.empty() : Optional.of(List.copyOf(open));
    closed = true;
    return left;
  }
}
