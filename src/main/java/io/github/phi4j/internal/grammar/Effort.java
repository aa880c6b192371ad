package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import java.util.function.BooleanSupplier;

/**
 * What compiling one grammar may cost, counted in steps of about a tenth of a microsecond, so that
 * no schema, however it is made, holds its caller up. For one thread.
 */
public final class Effort {

  private static final long MAX_STEPS = 20_000_000;
  private static final int CHECK = 1 << 12;

  private final BooleanSupplier cancelled;
  private long steps;
  private long checked;

  /**
   * Creates a measure.
   *
   * @param cancelled whether nobody waits for the grammar any more
   */
  public Effort(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /** A measure of work that nobody cancels. */
  public static Effort uncancelled() {
    return new Effort(() -> false);
  }

  /**
   * Counts steps.
   *
   * @throws GrammarException if there were too many
   * @throws CompilingCancelledException if nobody waits any more
   */
  public void spend(long more) {
    steps += more;
    if (steps - checked >= CHECK) {
      checked = steps;
      if (cancelled.getAsBoolean()) {
        throw new CompilingCancelledException();
      }
      if (steps > MAX_STEPS) {
        throw new GrammarException(
            "the grammar is too large: compiling it would take too long; simplify it, above all"
                + " where alternatives, patterns or lengths are combined");
      }
    }
  }
}
