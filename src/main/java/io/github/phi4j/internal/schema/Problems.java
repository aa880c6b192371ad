package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Handles unenforceable keywords: refuses them or, in lenient mode, skips and lists them. */
final class Problems {

  private final boolean lenient;
  private final Set<String> unenforced = new LinkedHashSet<>();

  Problems(boolean lenient) {
    this.lenient = lenient;
  }

  /** Returns the skipped keywords with their locations. */
  List<String> unenforced() {
    return List.copyOf(unenforced);
  }

  /**
   * Enforces a keyword.
   *
   * @param enforced returns the result, or throws the reason why the keyword cannot be enforced
   * @param otherwise returns the result without the keyword
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
        throw e; // it has a location already, or concerns the whole schema
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
