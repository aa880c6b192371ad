package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Usage;
import java.util.List;
import java.util.Objects;

/**
 * LangChain4j's response metadata, extended with phi4j's: log-probabilities, thoughts, timings, and
 * cached tokens.
 */
public final class Phi4ChatResponseMetadata extends ChatResponseMetadata {

  private final Completion completion;

  private Phi4ChatResponseMetadata(Builder builder) {
    super(builder);
    completion = Objects.requireNonNull(builder.completion, "completion");
  }

  static Builder builder(Completion completion) {
    return new Builder(completion);
  }

  /**
   * Returns phi4j's own completion.
   *
   * @return the completion
   */
  public Completion completion() {
    return completion;
  }

  /**
   * Returns the log-probabilities.
   *
   * @return a log-probability for each token; empty unless {@link
   *     Phi4ChatRequestParameters#logProbs()} is set
   */
  public List<TokenLogProb> logProbs() {
    return completion.logProbs();
  }

  /**
   * Returns token counts including cached tokens, which {@link #tokenUsage()} lacks.
   *
   * @return the counts
   */
  public Usage usage() {
    return completion.usage();
  }

  @Override
  public Builder toBuilder() {
    Builder builder = new Builder(completion);
    super.toBuilder(builder);
    return builder;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof Phi4ChatResponseMetadata that
        && completion.equals(that.completion);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), completion);
  }

  @Override
  public String toString() {
    return "Phi4ChatResponseMetadata{" + super.toString() + ", completion=" + completion + "}";
  }

  /** Collects metadata. Not thread-safe. */
  public static final class Builder extends ChatResponseMetadata.Builder<Builder> {
    private final Completion completion;

    private Builder(Completion completion) {
      this.completion = completion;
    }

    @Override
    public Phi4ChatResponseMetadata build() {
      return new Phi4ChatResponseMetadata(this);
    }
  }
}
