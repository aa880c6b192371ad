package io.github.phi4j.cli;

import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.GenerationOptions;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** When an answer ends. */
final class StopOptions {

  @Option(
      names = {"-n", "--predict", "--n-predict"},
      paramLabel = "N",
      description = "Most tokens to generate; -1 is as many as the context holds. Default: -1.")
  private int maxTokens = -1;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      description = "Tokens to generate before the model may end its answer. Default: 0.")
  private int minTokens;

  @Option(
      names = {"-r", "--reverse-prompt", "--stop"},
      paramLabel = "TEXT",
      description = "Text that ends the answer and is not part of it. Repeatable.")
  private List<String> stopStrings = List.of();

  @Option(names = "--ignore-eos", description = "Go on where the model ends its answer.")
  private boolean ignoreModelStop;

  @Option(
      names = "--context-shift",
      description =
          "Go on when the context is full: the older half of its tokens is dropped, but for those"
              + " of --keep. Off by default, and better left so with a reasoning model, which loses"
              + " the beginning of its thoughts.")
  private boolean contextShift;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description =
          "Tokens at the start that a context shift does not drop; -1 is the whole prompt. Default:"
              + " 0.")
  private Integer keep;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Longest time for an answer, prefill included. Default: no limit.")
  private Double timeoutSeconds;

  /** Options that end an answer so. */
  GenerationOptions.Builder builder() {
    return UsageException.check(this::options);
  }

  private GenerationOptions.Builder options() {
    if (keep != null && !contextShift) {
      throw new UsageException("--keep says what --context-shift does not drop: give both");
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
