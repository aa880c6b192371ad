package io.github.phi4j.internal.grammar;

import io.github.phi4j.api.GrammarException;
import java.util.function.BooleanSupplier;

/**
 * A budget for compiling one grammar, in steps of about a tenth of a microsecond, so that no schema
 * can stall its caller. Not thread-safe.
 */
public final class Effort {

  private static final long MAX_STEPS = 20_000_000;
  private static final int CHECK = 1 << 12;

  private final BooleanSupplier cancelled;
  private long steps;
  private long checked;

  /**
   * Creates a budget.
   *
   * @param cancelled whether the caller no longer needs the grammar
   */
  public Effort(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /** Returns a budget that cannot be cancelled. */
  public static Effort uncancelled() {
    return new Effort(() -> false);
  }

  /**
   * Counts steps.
   *
   * @throws GrammarException if the budget is exceeded
   * @throws CompilingCancelledException if cancelled
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
