package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * The result of one test.
 *
 * @param file the model file, as given
 * @param model its description
 * @param threads computing threads
 * @param options how the model was loaded
 * @param test the test
 * @param time the start time
 * @param samplesNanos nanoseconds of each repetition
 * @param efficiency the speed per thread relative to that with the fewest threads, if several
 *     counts are compared
 */
record BenchResult(
    Path file,
    ModelInfo model,
    int threads,
    LoadOptions options,
    BenchTest test,
    Instant time,
    List<Long> samplesNanos,
    OptionalDouble efficiency) {

  /** Returns this result with its efficiency relative to a result of the same test. */
  BenchResult relativeTo(BenchResult other) {
    double relative = (tokensPerSecond() / threads) / (other.tokensPerSecond() / other.threads);
    return new BenchResult(
        file, model, threads, options, test, time, samplesNanos, OptionalDouble.of(relative));
  }

  /** Returns the model's type in llama.cpp's format: {@code phi3 14B Q4_K - Medium}. */
  String modelType() {
    return model.architecture()
        + " "
        + Quantities.modelClass(model.parameterCount())
        + " "
        + model.quantization();
  }

  /** Returns the tokens per second of each repetition. */
  List<Double> samplesTokensPerSecond() {
    return samplesNanos.stream().map(nanos -> 1e9 * test.tokens() / nanos).toList();
  }

  double tokensPerSecond() {
    return mean(samplesTokensPerSecond());
  }

  double tokensPerSecondDeviation() {
    return deviation(samplesTokensPerSecond());
  }

  /** Returns all fields but the samples, with llama-bench's names and order; efficiency is last. */
  SequencedMap<String, Object> fields() {
    List<Double> nanos = samplesNanos.stream().map(Long::doubleValue).toList();
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("build_commit", Version.number());
    fields.put("cpu_info", Machine.processor());
    fields.put("backends", "CPU");
    fields.put("model_filename", file.toString());
    fields.put("model_type", modelType());
    fields.put("model_size", model.weightBytes());
    fields.put("model_n_params", model.parameterCount());
    fields.put("n_threads", threads);
    fields.put("type_k", options.kvKeyType().name().toLowerCase(Locale.ROOT));
    fields.put("type_v", options.kvValueType().name().toLowerCase(Locale.ROOT));
    fields.put("n_prompt", test.promptTokens());
    fields.put("n_gen", test.generatedTokens());
    fields.put("n_depth", test.depth());
    fields.put("n_parallel", test.parallel());
    fields.put("test_time", time.truncatedTo(ChronoUnit.SECONDS).toString());
    fields.put("avg_ns", Math.round(mean(nanos)));
    fields.put("stddev_ns", Math.round(deviation(nanos)));
    fields.put("avg_ts", tokensPerSecond());
    fields.put("stddev_ts", tokensPerSecondDeviation());
    efficiency.ifPresent(value -> fields.put("efficiency", value));
    return fields;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** Returns the sample standard deviation; 0 for a single value. */
  private static double deviation(List<Double> values) {
    if (values.size() < 2) {
      return 0;
    }
    double mean = mean(values);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.size() - 1));
  }
}
