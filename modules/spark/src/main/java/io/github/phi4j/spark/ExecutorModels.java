package io.github.phi4j.spark;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ThreadPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;

/**
 * The models of this JVM, each loaded once and shared by all tasks for as long as the JVM lives.
 * They share one thread pool, by default with a thread per core of the executor, so that cores are
 * neither idle nor oversubscribed.
 */
final class ExecutorModels {

  private static final Pattern LOCAL =
      Pattern.compile("local\\[(\\d+)[],].*|local-cluster\\[\\d+,\\s*(\\d+),.*");

  private static final Map<Key, Generator> LOADED = new ConcurrentHashMap<>();
  private static final Map<Integer, ThreadPool> POOLS = new ConcurrentHashMap<>();

  private record Key(
      Path file, OptionalInt threads, OptionalInt contextLength, KvCacheType kvCacheType) {}

  private ExecutorModels() {}

  static Generator get(Phi4SparkOptions options) {
    OptionalInt threads = options.threads().isPresent() ? options.threads() : cores();
    Key key =
        new Key(file(options.model()), threads, options.contextLength(), options.kvCacheType());
    return LOADED.computeIfAbsent(key, ExecutorModels::load);
  }

  private static Path file(String model) {
    Path local = Path.of(model);
    return Files.exists(local) ? local.toAbsolutePath() : Path.of(SparkFiles.get(model));
  }

  /** Returns the executor's cores; empty if it may use all of the machine's. */
  private static OptionalInt cores() {
    SparkConf conf = SparkEnv.get().conf();
    Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
    TaskContext task = TaskContext.get();
    String cores;
    if (local.matches()) {
      cores = local.group(1) == null ? local.group(2) : local.group(1);
    } else if (task != null && task.getLocalProperty("resource.executor.cores") != null) {
      cores = task.getLocalProperty("resource.executor.cores"); // of the task's resource profile
    } else {
      cores = conf.get("spark.executor.cores", null);
    }
    return cores == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(cores));
  }

  private static Generator load(Key key) {
    LoadOptions.Builder options =
        LoadOptions.builder().maxWaiting(Integer.MAX_VALUE).kvCacheType(key.kvCacheType());
    if (key.threads().isPresent()) {
      options.threadPool(POOLS.computeIfAbsent(key.threads().getAsInt(), Phi4::newThreadPool));
    }
    key.contextLength().ifPresent(options::contextLength);
    return Phi4.load(key.file(), options.build());
  }
}
