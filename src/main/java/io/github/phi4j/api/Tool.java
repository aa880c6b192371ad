package io.github.phi4j.api;

import java.util.Objects;

/**
 * A tool that the model may call.
 *
 * @param name its name: letters, digits, {@code _}, {@code -} and {@code .}, at most 64
 * @param description a description for the model; may be empty
 * @param parameters the JSON Schema of its arguments, which must describe an object, such as {@code
 *     {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
 * @since 0.1.0
 */
public record Tool(String name, String description, String parameters) {

  /**
   * Creates a tool. The schema is checked when the tool is first used.
   *
   * @throws IllegalArgumentException if the name is invalid
   */
  public Tool {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(parameters, "parameters");
    if (!name.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw new IllegalArgumentException(
          "a tool's name has 1 to 64 letters, digits, _, - and .: found \"" + name + "\"");
    }
  }
}
