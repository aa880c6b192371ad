package io.github.phi4j.api;

import java.util.Objects;
import java.util.Optional;

/**
 * Whether the model calls tools. Immutable.
 *
 * @param mode how free it is
 * @param name the one tool that it may call; only with {@link Mode#REQUIRED}
 * @param parallel whether it may call several at once, rather than one
 * @since 0.1.0
 */
public record ToolChoice(Mode mode, Optional<String> name, boolean parallel) {

  /**
   * How free the model is.
   *
   * @since 0.1.0
   */
  public enum Mode {
    /** The model answers or calls tools, as it sees fit. */
    AUTO,
    /** The model calls at least one tool. */
    REQUIRED,
    /** The model sees the tools, and answers without calling any. */
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
   * The model answers or calls a tool.
   *
   * @return the choice
   */
  public static ToolChoice auto() {
    return new ToolChoice(Mode.AUTO, Optional.empty(), false);
  }

  /**
   * The model calls a tool.
   *
   * @return the choice
   */
  public static ToolChoice required() {
    return new ToolChoice(Mode.REQUIRED, Optional.empty(), false);
  }

  /**
   * The model answers without calling tools.
   *
   * @return the choice
   */
  public static ToolChoice none() {
    return new ToolChoice(Mode.NONE, Optional.empty(), false);
  }

  /**
   * The model calls this tool, once.
   *
   * @param name the tool's name
   * @return the choice
   */
  public static ToolChoice named(String name) {
    return new ToolChoice(Mode.REQUIRED, Optional.of(Objects.requireNonNull(name, "name")), false);
  }

  /**
   * Sets {@link #parallel()}, which is false otherwise.
   *
   * @param value whether several tools may be called at once
   * @return this choice with that changed
   */
  public ToolChoice withParallel(boolean value) {
    return new ToolChoice(mode, name, value);
  }
}
