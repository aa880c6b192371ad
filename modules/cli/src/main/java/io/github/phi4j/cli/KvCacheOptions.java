package io.github.phi4j.cli;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import picocli.CommandLine.Option;

/** The types of the KV cache. */
final class KvCacheOptions {

  @Option(
      names = {"-ctk", "--cache-type-k"},
      paramLabel = "TYPE",
      description = "Type of keys in the KV cache: f32, f16 or q8_0. Default: f16.")
  private KvCacheType keys = LoadOptions.defaults().kvKeyType();

  @Option(
      names = {"-ctv", "--cache-type-v"},
      paramLabel = "TYPE",
      description = "Type of values in the KV cache: f32, f16 or q8_0. Default: f16.")
  private KvCacheType values = LoadOptions.defaults().kvValueType();

  KvCacheType keys() {
    return keys;
  }

  KvCacheType values() {
    return values;
  }
}
