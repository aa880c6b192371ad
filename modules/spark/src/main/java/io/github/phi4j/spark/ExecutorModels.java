package io.github.phi4j.spark;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;

/**
 * The models of this JVM, each loaded once and shared by all tasks for as long as the JVM lives.
 */
final class ExecutorModels {

  private static final Map<Key, Generator> LOADED = new ConcurrentHashMap<>();

  private record Key(
      Path file, OptionalInt threads, OptionalInt contextLength, KvCacheType kvCacheType) {}

  private ExecutorModels() {}

  static Generator get(Phi4SparkOptions options) {
    Key key =
        new Key(
            file(options.model()),
            threads(options),
            options.contextLength(),
            options.kvCacheType());
    return LOADED.computeIfAbsent(key, ExecutorModels::load);
  }

  private static Path file(String model) {
    Path local = Path.of(model);
    return Files.exists(local) ? local.toAbsolutePath() : Path.of(SparkFiles.get(model));
  }

  /**
   * As many threads as the executor has cores, so that they are neither idle nor oversubscribed.
   */
  private static OptionalInt threads(Phi4SparkOptions options) {
    int cores = SparkEnv.get().conf().getInt("spark.executor.cores", 0);
    return options.threads().isPresent() || cores == 0 ? options.threads() : OptionalInt.of(cores);
  }

  private static Generator load(Key key) {
    LoadOptions.Builder options =
        LoadOptions.builder().maxWaiting(Integer.MAX_VALUE).kvCacheType(key.kvCacheType());
    key.threads().ifPresent(options::threads);
    key.contextLength().ifPresent(options::contextLength);
    return Phi4.load(key.file(), options.build());
  }
}
