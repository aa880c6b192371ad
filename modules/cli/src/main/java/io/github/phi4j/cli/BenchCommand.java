package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Session;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code phi4 bench}: measures speed in llama-bench's manner and format. */
@Command(
    name = "bench",
    description = "Measures speed like llama-bench, with the same columns.",
    footer = {
      "",
      "List options take comma-separated values and are repeatable; every combination is measured."
          + " pp is prompt processing, tg is token generation; neither includes tokenizing or"
          + " sampling. Each test warms up for two seconds before the timed repetitions.",
      "",
      "With several thread counts, from the lowest up, each result has its efficiency: speed per"
          + " thread relative to that of the lowest count, 1 (100 %%) for perfect scaling."
    })
final class BenchCommand implements Callable<Integer> {

  private final Environment environment;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      split = ",",
      description =
          "GGUF files; a first argument that ends in .gguf is one. Default: the tiny model that"
              + " comes with phi4j.")
  private List<Path> files = List.of();

  @Option(
      names = {"-hf", "--hf-repo"},
      paramLabel = "MODEL",
      split = ",",
      description =
          "Models of Hugging Face, USER/REPO[:QUANT] or short names such as phi-4-mini; fetched if"
              + " they are not in the cache.")
  private List<String> repositories = List.of();

  @Option(
      names = {"-p", "--n-prompt"},
      paramLabel = "N",
      split = ",",
      description = "Prompt lengths; 0 for none. Default: 512.")
  private List<Integer> promptLengths = List.of(512);

  @Option(
      names = {"-n", "--n-gen"},
      paramLabel = "N",
      split = ",",
      description = "Numbers of tokens to generate; 0 for none. Default: 128.")
  private List<Integer> generationLengths = List.of(128);

  @Option(
      names = "-pg",
      paramLabel = "PP,TG",
      description = "Lengths of a prompt and a generation after it, timed together. Repeatable.")
  private List<String> pairs = List.of();

  @Option(
      names = {"-d", "--n-depth"},
      paramLabel = "N",
      split = ",",
      description = "Tokens in the context before the test. Default: 0.")
  private List<Integer> depths = List.of(0);

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      split = ",",
      description = "Batched sequences; tokens per second are the total. Default: 1.")
  private List<Integer> parallels = List.of(1);

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      split = ",",
      description =
          "Computing threads; several counts show how speed scales. Default: one per physical"
              + " core.")
  private List<Integer> threads = new ArrayList<>();

  @Option(
      names = {"-r", "--repetitions"},
      paramLabel = "N",
      description = "Timed repetitions of each test. Default: 5.")
  private int repetitions = 5;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Output format: md, json, jsonl or csv. Default: md.")
  private BenchFormat format = BenchFormat.MD;

  @Option(names = "--no-warmup", description = "Do not warm up.")
  private boolean noWarmUp;

  @Mixin private KvCacheOptions kvCache;

  @Mixin private PackedOptions packed;

  private boolean printed; // a result, at least

  BenchCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    List<BenchTest> tests = tests();
    if (repetitions < 1) {
      throw new UsageException("-r must be at least 1, not " + repetitions);
    }
    int contextLength = tests.stream().mapToInt(BenchTest::contextLength).max().orElseThrow();
    int sequences = tests.stream().mapToInt(BenchTest::parallel).max().orElseThrow();
    List<LoadOptions> loads =
        (threads.isEmpty() ? Stream.of((Integer) null) : threads.stream().sorted())
            .map(count ->
                packed
                    .apply(
                        ComputeOptions.loadOptions(count, contextLength, kvCache)
                            .prefixCacheBytes(0) // measured tokens must be computed
                            .maxSequences(
                                Math.max(LoadOptions.defaults().maxSequences(), sequences)),
                        environment)
                    .build())
            .toList();
    List<Path> models = models();
    boolean scaling = threads.stream().distinct().count() > 1;
    format.begin(environment.out(), scaling);
    for (Path model : models) {
      Map<BenchTest, BenchResult> references = new HashMap<>(); // with the fewest threads
      for (LoadOptions options : loads) {
        measure(
            model,
            options,
            tests,
            result -> {
              references.putIfAbsent(result.test(), result);
              print(scaling ? result.relativeTo(references.get(result.test())) : result);
            });
      }
    }
    format.end(environment.out());
    return 0;
  }

  private void print(BenchResult result) {
    format.result(environment.out(), result, !printed);
    environment.out().flush();
    printed = true;
  }

  private List<Path> models() {
    if (files.isEmpty() && repositories.isEmpty()) {
      return List.of(ModelOption.fallback(environment));
    }
    return Stream.concat(
            files.stream(),
            repositories.stream().map(each -> ModelOption.fetched(each, environment)))
        .toList();
  }

  private void measure(
      Path file, LoadOptions options, List<BenchTest> tests, Consumer<BenchResult> out) {
    try (Generator generator = environment.models().load(file, options)) {
      for (BenchTest test : tests) {
        Instant time = Instant.now();
        List<Long> samples = run(generator, test);
        out.accept(
            new BenchResult(
                file,
                generator.info(),
                generator.threads(),
                options,
                test,
                time,
                samples,
                OptionalDouble.empty()));
      }
    }
  }

  private List<Long> run(Generator generator, BenchTest test) {
    List<Session> sessions = new ArrayList<>();
    try {
      while (sessions.size() < test.parallel()) {
        sessions.add(generator.newSession());
      }
      return test.run(sessions, generator.info().vocabularySize(), repetitions, !noWarmUp);
    } finally {
      sessions.forEach(Session::close);
    }
  }

  private List<BenchTest> tests() {
    List<BenchTest> tests = new ArrayList<>();
    for (int depth : depths) {
      for (int length : promptLengths) {
        add(tests, "-p", length, 0, depth);
      }
      for (int length : generationLengths) {
        add(tests, "-n", 0, length, depth);
      }
      for (String pair : pairs) {
        String[] lengths = pair.split(",", -1);
        if (lengths.length != 2) {
          throw notPair(pair);
        }
        try {
          add(
              tests,
              "-pg",
              Integer.parseInt(lengths[0].strip()),
              Integer.parseInt(lengths[1].strip()),
              depth);
        } catch (NumberFormatException e) {
          throw notPair(pair);
        }
      }
    }
    if (tests.isEmpty()) {
      throw new UsageException("nothing to measure: -p, -n and -pg are all 0");
    }
    return tests;
  }

  private void add(List<BenchTest> tests, String option, int prompt, int gen, int depth) {
    if (prompt < 0 || gen < 0) {
      throw new UsageException(option + " must not be negative: " + Math.min(prompt, gen));
    }
    if (depth < 0) {
      throw new UsageException("-d must not be negative: " + depth);
    }
    if ((long) prompt + gen + depth > Integer.MAX_VALUE) {
      throw new UsageException(option + " and -d exceed the maximum context length");
    }
    for (int parallel : parallels) {
      if (parallel < 1 || parallel > 256) {
        throw new UsageException("-np must be from 1 to 256, not " + parallel);
      }
      if (prompt > 0 || gen > 0) {
        tests.add(new BenchTest(prompt, gen, depth, parallel));
      }
    }
  }

  private static UsageException notPair(String pair) {
    return new UsageException("-pg takes two numbers, such as 512,128; found '" + pair + "'");
  }
}
