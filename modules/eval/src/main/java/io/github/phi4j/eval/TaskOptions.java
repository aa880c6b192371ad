package io.github.phi4j.eval;

import java.nio.file.Path;
import java.util.Optional;

/** Options for loading a {@link TaskDefinition}. Immutable; created by {@link #builder()}. */
public final class TaskOptions {

  private final Optional<Path> data;
  private final Optional<Judge> judge;
  private final Optional<CodeRunner> codeRunner;
  private final boolean fixed;

  private TaskOptions(Builder builder) {
    data = builder.data;
    judge = builder.judge;
    codeRunner = builder.codeRunner;
    fixed = builder.fixed;
  }

  /**
   * Starts with nothing set.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the data.
   *
   * @return a file or folder, or empty for built-in data
   */
  public Optional<Path> data() {
    return data;
  }

  /**
   * Returns the judge, for tasks that rules cannot grade.
   *
   * @return the judge, or empty for none
   */
  public Optional<Judge> judge() {
    return judge;
  }

  /**
   * Returns the runner for code in replies.
   *
   * @return the runner, or empty if no code may run
   */
  public Optional<CodeRunner> codeRunner() {
    return codeRunner;
  }

  /**
   * Returns whether known bugs of a benchmark's checks are fixed, which makes numbers incomparable
   * with published ones.
   *
   * @return whether they are fixed
   */
  public boolean fixed() {
    return fixed;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private Optional<Path> data = Optional.empty();
    private Optional<Judge> judge = Optional.empty();
    private Optional<CodeRunner> codeRunner = Optional.empty();
    private boolean fixed;

    private Builder() {}

    /**
     * Sets {@link TaskOptions#data()}.
     *
     * @param value a file or folder
     * @return this builder
     */
    public Builder data(Path value) {
      data = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link TaskOptions#judge()}.
     *
     * @param value the judge
     * @return this builder
     */
    public Builder judge(Judge value) {
      judge = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link TaskOptions#codeRunner()}.
     *
     * @param value the runner
     * @return this builder
     */
    public Builder codeRunner(CodeRunner value) {
      codeRunner = Optional.of(value);
      return this;
    }

    /**
     * Sets {@link TaskOptions#fixed()}.
     *
     * @param value whether to fix known bugs
     * @return this builder
     */
    public Builder fixed(boolean value) {
      fixed = value;
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public TaskOptions build() {
      return new TaskOptions(this);
    }
  }
}
