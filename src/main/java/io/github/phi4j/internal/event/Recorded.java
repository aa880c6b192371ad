package io.github.phi4j.internal.event;

import java.util.function.Consumer;
import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;

/**
 * An event for the flight recorder, if it was started before the event began. The first event of a
 * JVM would start the recorder's machinery, which takes a fifth of a second.
 *
 * @param <E> the type of the event
 */
public final class Recorded<E extends Event> {

  private static final Recorded<Event> NOTHING = new Recorded<>(null);

  private final E event; // or null

  private Recorded(E event) {
    this.event = event;
  }

  /** Begins an event. */
  public static <E extends Event> Recorded<E> begin(Supplier<E> event) {
    if (!FlightRecorder.isInitialized()) {
      @SuppressWarnings("unchecked") // has no event of any type
      Recorded<E> nothing = (Recorded<E>) NOTHING;
      return nothing;
    }
    E begun = event.get();
    begun.begin();
    return new Recorded<>(begun);
  }

  /** Ends the event, and if a recording wants it, completes and records it. */
  public void commit(Consumer<E> complete) {
    if (event != null) {
      event.end();
      if (event.shouldCommit()) {
        complete.accept(event);
        event.commit();
      }
    }
  }
}
