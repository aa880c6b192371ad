package io.github.phi4j.api;

import java.util.Objects;

/**
 * A tool call by the model, for the program to execute.
 *
 * @param id the call's id, to be named by its {@linkplain Message#tool(String, String) result}; not
 *     blank. Ids in a {@link Completion} are unique; with a seed, they are a function of it and of
 *     the tokens before the first call. The model never sees them.
 * @param name the tool's {@linkplain Tool#name() name}
 * @param arguments the arguments: a JSON object that is valid for the tool's {@linkplain
 *     Tool#parameters() parameters}, as written by the model
 * @since 0.1.0
 */
public record ToolCall(String id, String name, String arguments) {

  /**
   * Creates a call.
   *
   * @throws IllegalArgumentException if the id is blank
   */
  public ToolCall {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(arguments, "arguments");
    if (id.isBlank()) {
      throw new IllegalArgumentException(
          "the call of tool " + name + " has a blank id; its result must name the id");
    }
  }
}
