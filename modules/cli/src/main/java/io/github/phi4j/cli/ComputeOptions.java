package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compute resources of a model. */
final class ComputeOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Computing threads. Default: one per physical core.")
  private Integer threads;

  @Option(
      names = {"-c", "--ctx-size"},
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Context length in tokens; 0 is the model's trained length. Default: ${DEFAULT-VALUE}.")
  private int contextLength;

  @Mixin private KvCacheOptions kvCache;

  @Mixin private PackedOptions packed;

  /** Returns the requested context length; 0 is the model's own. */
  int contextLength() {
    return contextLength;
  }

  LoadOptions.Builder loadOptions() {
    return packed(loadOptions(threads, contextLength, kvCache));
  }

  /** Returns the options of a draft model, whose trained context length may differ. */
  LoadOptions draftOptions() {
    return packed(loadOptions(threads, 0, kvCache)).build();
  }

  private LoadOptions.Builder packed(LoadOptions.Builder options) {
    return packed.apply(options, ((Main) command.root().userObject()).environment());
  }

  static LoadOptions.Builder loadOptions(
      Integer threads, int contextLength, KvCacheOptions kvCache) {
    try {
      LoadOptions.Builder options =
          LoadOptions.builder().kvKeyType(kvCache.keys()).kvValueType(kvCache.values());
      if (threads != null) {
        options.threads(threads);
      }
      if (contextLength != 0) {
        options.contextLength(contextLength);
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
  }
}
