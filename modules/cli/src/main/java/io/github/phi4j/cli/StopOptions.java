package io.github.phi4j.cli;

import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.GenerationOptions;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that end an answer. */
final class StopOptions {

  @Option(
      names = {"-n", "--predict", "--n-predict"},
      paramLabel = "N",
      description =
          "Maximum number of tokens to generate; -1 is as many as fit in the context. "
              + "Default: -1.")
  private int maxTokens = -1;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      description = "Minimum number of tokens in an answer. Default: 0.")
  private int minTokens;

  @Option(
      names = {"-r", "--reverse-prompt", "--stop"},
      paramLabel = "TEXT",
      description = "Stop string, which is not part of the answer. Repeatable.")
  private List<String> stopStrings = List.of();

  @Option(names = "--ignore-eos", description = "Continue when the model ends its answer.")
  private boolean ignoreModelStop;

  @Option(
      names = "--context-shift",
      description =
          "Continue when the context is full: the older half of its tokens is dropped, except "
              + "for those of --keep. Off by default; not recommended for reasoning models, "
              + "which lose the beginning of their thoughts.")
  private boolean contextShift;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description =
          "Number of initial tokens that a context shift keeps; -1 is the whole prompt. Default:"
              + " 0.")
  private Integer keep;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Time limit for an answer, including prefill. Default: none.")
  private Double timeoutSeconds;

  /** Returns generation options with these limits. */
  GenerationOptions.Builder builder() {
    return UsageException.check(this::options);
  }

  private GenerationOptions.Builder options() {
    if (keep != null && !contextShift) {
      throw new UsageException("--keep needs --context-shift");
    }
    GenerationOptions.Builder options =
        GenerationOptions.builder()
            .maxTokens(maxTokens == -1 ? Integer.MAX_VALUE : maxTokens)
            .minTokens(minTokens)
            .stopStrings(stopStrings)
            .ignoreModelStop(ignoreModelStop);
    if (timeoutSeconds != null) {
      options.timeout(Duration.ofNanos((long) (timeoutSeconds * 1e9)));
    }
    if (contextShift) {
      options.contextShift(
          keep != null && keep == -1
              ? ContextShift.keepPrompt()
              : ContextShift.keep(keep == null ? 0 : keep));
    }
    return options;
  }
}
