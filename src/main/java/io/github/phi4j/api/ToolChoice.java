package io.github.phi4j.api;

import java.util.Objects;
import java.util.Optional;

/**
 * Whether the model calls tools. Immutable.
 *
 * @param mode the mode
 * @param name the only tool that the model may call; requires {@link Mode#REQUIRED}
 * @param parallel whether the model may call several tools at once
 * @since 0.1.0
 */
public record ToolChoice(Mode mode, Optional<String> name, boolean parallel) {

  /**
   * The mode of a tool choice.
   *
   * @since 0.1.0
   */
  public enum Mode {
    /** The model chooses between an answer and calls. */
    AUTO,
    /** The model calls at least one tool. */
    REQUIRED,
    /** The model sees the tools, but answers without calling any. */
    NONE
  }

  /**
   * Creates a choice.
   *
   * @throws IllegalArgumentException if a tool is named without being required
   */
  public ToolChoice {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(name, "name");
    if (name.isPresent() && mode != Mode.REQUIRED) {
      throw new IllegalArgumentException("a named tool is always required, not " + mode);
    }
  }

  /**
   * Returns a choice that lets the model answer or call a tool.
   *
   * @return the choice
   */
  public static ToolChoice auto() {
    return new ToolChoice(Mode.AUTO, Optional.empty(), false);
  }

  /**
   * Returns a choice that makes the model call a tool.
   *
   * @return the choice
   */
  public static ToolChoice required() {
    return new ToolChoice(Mode.REQUIRED, Optional.empty(), false);
  }

  /**
   * Returns a choice that makes the model answer without calling tools.
   *
   * @return the choice
   */
  public static ToolChoice none() {
    return new ToolChoice(Mode.NONE, Optional.empty(), false);
  }

  /**
   * Returns a choice that makes the model call the given tool, once.
   *
   * @param name the tool's name
   * @return the choice
   */
  public static ToolChoice named(String name) {
    return new ToolChoice(Mode.REQUIRED, Optional.of(Objects.requireNonNull(name, "name")), false);
  }

  /**
   * Returns this choice with another value of {@link #parallel()}, which is false by default.
   *
   * @param value whether several tools may be called at once
   * @return the changed choice
   */
  public ToolChoice withParallel(boolean value) {
    return new ToolChoice(mode, name, value);
  }
}
