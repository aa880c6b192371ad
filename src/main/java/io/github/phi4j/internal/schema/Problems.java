package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What becomes of keywords that cannot be enforced: refused, or passed over and listed. */
final class Problems {

  private final boolean lenient;
  private final Set<String> unenforced = new LinkedHashSet<>();

  Problems(boolean lenient) {
    this.lenient = lenient;
  }

  /** What was passed over, each with its place. */
  List<String> unenforced() {
    return List.copyOf(unenforced);
  }

  /**
   * Enforces a keyword.
   *
   * @param enforced what it gives, or throws why it cannot be enforced
   * @param otherwise what there is without it
   */
  <T> T enforce(String pointer, String keyword, Supplier<T> enforced, Supplier<T> otherwise) {
    String reason;
    try {
      return enforced.get();
    } catch (TooManyShapesException e) {
      reason = e.getMessage();
    } catch (GrammarException | IllegalArgumentException e) {
      boolean placed = e instanceof GrammarException problem && problem.pointer().isPresent();
      if (placed || e.getMessage().startsWith("the ")) {
        throw e; // it has a place, or is about the whole
      }
      reason = e.getMessage();
    }
    GrammarException problem =
        SchemaProblem.unenforceable(
            pointer, keyword, reason.startsWith("found") ? reason : "found " + reason);
    if (!lenient) {
      throw problem;
    }
    unenforced.add(problem.getMessage());
    return otherwise.get();
  }
}
