package io.github.phi4j.cli;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import picocli.CommandLine.Option;

/** The number format of the KV cache, which llama.cpp sets for keys and values apart. */
final class KvCacheOptions {

  @Option(
      names = {"-ctk", "--cache-type-k"},
      paramLabel = "TYPE",
      description = "Number format of the KV cache: f16 or f32. Default: f16.")
  private KvCacheType keys;

  @Option(
      names = {"-ctv", "--cache-type-v"},
      paramLabel = "TYPE",
      description = "The same as -ctk: keys and values share one format.")
  private KvCacheType values;

  KvCacheType type() {
    if (keys != null && values != null && keys != values) {
      throw new UsageException(
          "-ctk " + keys + " and -ctv " + values + " differ; keys and values share one format");
    }
    if (keys != null) {
      return keys;
    }
    return values != null ? values : LoadOptions.defaults().kvCacheType();
  }
}
