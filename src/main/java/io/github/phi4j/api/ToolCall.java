package io.github.phi4j.api;

import java.util.Objects;

/**
 * A tool that the model asks the program to call.
 *
 * @param name the tool's {@linkplain Tool#name() name}
 * @param arguments the arguments: a JSON object that is valid against the tool's {@linkplain
 *     Tool#parameters() parameters}, as the model wrote it
 */
public record ToolCall(String name, String arguments) {

  /** Creates a call. */
  public ToolCall {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(arguments, "arguments");
  }
}
