package io.github.phi4j.api;

import java.util.Objects;

/**
 * A tool that the model asks the program to call.
 *
 * @param id the call's id, by which its {@linkplain Message#tool(String, String) result} names it;
 *     not blank. Those in a {@link Completion} are unique; with a seed, they follow from it and
 *     from the tokens before the first call. The model never sees them.
 * @param name the tool's {@linkplain Tool#name() name}
 * @param arguments the arguments: a JSON object that is valid against the tool's {@linkplain
 *     Tool#parameters() parameters}, as the model wrote it
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
          "the call of tool " + name + " has a blank id; its result must be able to name it");
    }
  }
}
