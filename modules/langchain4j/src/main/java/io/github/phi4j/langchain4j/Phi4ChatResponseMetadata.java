package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Usage;
import java.util.List;
import java.util.Objects;

/**
 * What LangChain4j tells of a response, and all that phi4j does: log-probabilities, thoughts,
 * timings, and how much of the prompt was cached.
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
   * The response as phi4j gave it.
   *
   * @return the completion
   */
  public Completion completion() {
    return completion;
  }

  /**
   * How probable each token was.
   *
   * @return a log-probability for each token; empty unless {@link
   *     Phi4ChatRequestParameters#logProbs()} asked for them
   */
  public List<TokenLogProb> logProbs() {
    return completion.logProbs();
  }

  /**
   * Token counts with those of the cache, which {@link #tokenUsage()} leaves out.
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
