package io.github.phi4j.eval.synth;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A step in a workflow file. It prompts the model ({@code prompt}), possibly several times ({@code
 * votes}) or for each element of a list ({@code each}), or it combines earlier results ({@code
 * plurality}, {@code rank}, {@code append}).
 */
record Step(
    String name,
    String system,
    String prompt,
    JsonNode schema,
    String votes,
    String each,
    boolean judge,
    Plurality plurality,
    Rank rank,
    Append append) {

  /** The most frequent answer of a list, its share, and the share of those that equal a key. */
  record Plurality(String of, String field, String key) {}

  /** The best and the worst element of a list by the mean of some numbers. */
  record Rank(String of, List<String> by) {}

  /** Text to append to a field. */
  record Append(String to, String text) {}

  Step {
    Objects.requireNonNull(name, "a step needs a 'name'");
    system = Objects.requireNonNullElse(system, "");
    votes = Objects.requireNonNullElse(votes, "");
    each = Objects.requireNonNullElse(each, "");
    boolean asks = prompt != null;
    int kinds =
        (asks ? 1 : 0)
            + (plurality != null ? 1 : 0)
            + (rank != null ? 1 : 0)
            + (append != null ? 1 : 0);
    if (kinds != 1) {
      throw new IllegalArgumentException(
          "step '" + name + "' needs one of prompt, plurality, rank, append");
    }
    if (asks && schema == null) {
      throw new IllegalArgumentException("step '" + name + "' has a prompt and no 'schema'");
    }
  }

  boolean asks() {
    return prompt != null;
  }

  /** A condition on a value: all given bounds must hold. */
  record Condition(String value, Double least, Double most, Double above, Double below) {
    Condition {
      Objects.requireNonNull(value, "a condition needs a 'value'");
    }

    boolean holds(double number) {
      return (least == null || number >= least)
          && (most == null || number <= most)
          && (above == null || number > above)
          && (below == null || number < below);
    }

    @Override
    public String toString() {
      return value
          + (least == null ? "" : " >= " + least)
          + (most == null ? "" : " <= " + most)
          + (above == null ? "" : " > " + above)
          + (below == null ? "" : " < " + below);
    }
  }

  /** A record that is written if all conditions hold. */
  record Output(List<Condition> when, Map<String, String> fields) {
    Output {
      when = when == null ? List.of() : List.copyOf(when);
      Objects.requireNonNull(fields, "an output needs 'fields'");
    }
  }
}
