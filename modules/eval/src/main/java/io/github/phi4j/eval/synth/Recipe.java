package io.github.phi4j.eval.synth;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The contents of a workflow file. */
record Recipe(
    String name,
    String version,
    String description,
    String input,
    Map<String, String> start,
    List<Step> steps,
    Rounds rounds,
    List<Step> after,
    List<Step.Condition> keep,
    List<Step.Output> outputs) {

  /** Repeated steps. */
  record Rounds(int times, List<Step> steps) {
    Rounds {
      steps = List.copyOf(Objects.requireNonNull(steps, "rounds need 'steps'"));
    }
  }

  Recipe {
    Objects.requireNonNull(name, "'name' is missing");
    version = Objects.requireNonNullElse(version, "1");
    description = Objects.requireNonNullElse(description, "");
    input = Objects.requireNonNullElse(input, "");
    start = Objects.requireNonNullElse(start, Map.of());
    steps = steps == null ? List.of() : List.copyOf(steps);
    after = after == null ? List.of() : List.copyOf(after);
    keep = keep == null ? List.of() : List.copyOf(keep);
    outputs = List.copyOf(Objects.requireNonNull(outputs, "'outputs' is missing"));
  }
}
