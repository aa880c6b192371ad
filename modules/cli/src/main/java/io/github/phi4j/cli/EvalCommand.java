package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.eval.Comparison;
import io.github.phi4j.eval.Estimate;
import io.github.phi4j.eval.EvalResult;
import io.github.phi4j.eval.Evaluation;
import io.github.phi4j.eval.Progress;
import io.github.phi4j.eval.Report;
import io.github.phi4j.eval.RunFolder;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.TaskDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 eval}: evaluates a model by repeated sampling. */
@Command(
    name = "eval",
    description = "Evaluates a model on a task by repeated sampling, with error bars.",
    footer = {
      "",
      "With --out, each reply is written immediately; the same command resumes an interrupted "
          + "one. It writes run.json, samples_TASK.jsonl, results.json and"
          + " report.html.",
      "",
      "Examples:",
      "  phi4 eval sums --runs 10",
      "  phi4 eval gsm8k --data test.jsonl -m phi-4-Q4_K_M.gguf --runs 4 --until 1.5 --out gsm8k",
      "  phi4 eval compare gsm8k-q4 gsm8k-q8"
    })
final class EvalCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(
      paramLabel = "TASK",
      arity = "0..1",
      description = "A built-in task ('phi4 eval list'), or a JSON or YAML task file.")
  private String name;

  @Mixin private TaskChoice choice;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Number of samples per question. Default: 1.")
  private int runs = 1;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use only the first N questions. Default: all.")
  private Integer limit;

  @Option(
      names = "--until",
      paramLabel = "POINTS",
      description =
          "Stop once two standard errors are at most this many points: those of the runs and of the"
              + " questions not asked yet, or with one run those of the questions.")
  private Double until;

  @Option(
      names = "--budget",
      paramLabel = "TOKENS",
      description =
          "Start no further batch of --parallel replies once this many tokens have been"
              + " generated.")
  private Long budget;

  @Option(names = "--parallel", paramLabel = "N", description = "Concurrent replies. Default: 32.")
  private int parallel = 32;

  @Option(names = "--out", paramLabel = "DIR", description = "Output folder.")
  private Path out;

  @Mixin private EvalSampling sampling;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  EvalCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    if (name == null) {
      throw new UsageException("no task given; 'phi4 eval list' lists the built-in ones");
    }
    TaskDefinition definition = TaskChoice.definition(name);
    choice.check(definition);
    choice.codeRunner(definition);
    LoadOptions loadOptions = compute.loadOptions().build();
    Path file = model.file(environment);
    try (Generator generator = environment.models().load(file, loadOptions)) {
      Optional<Generator> judge = choice.judgeModel(environment, file, loadOptions);
      try {
        Task task = choice.load(definition, generator, judge);
        EvalResult result = evaluation(definition, task, generator, file).run();
        print(result, definition);
        if (out != null) {
          Report.of(List.of(result), Map.of(definition.name(), definition))
              .write(out.resolve("report.html"));
        }
      } finally {
        judge.ifPresent(Generator::close);
      }
    }
    return 0;
  }

  private Evaluation evaluation(
      TaskDefinition definition, Task task, Generator generator, Path file) {
    Evaluation evaluation =
        Evaluation.of(generator, task)
            .modelName(TaskChoice.modelName(file))
            .runs(runs)
            .temperature(sampling.temperature())
            .topP(sampling.topP())
            .seed(sampling.seed())
            .parallel(parallel)
            .exact(choice.exact())
            .listener(progress());
    choice.settings(definition).forEach(evaluation::setting);
    if (limit != null) {
      evaluation.limit(limit);
    }
    if (until != null) {
      evaluation.until(until);
    }
    if (budget != null) {
      evaluation.budget(budget);
    }
    if (out != null) {
      evaluation.folder(out);
    }
    return evaluation;
  }

  /** Shows progress on one updating line on a terminal, otherwise on a line per tenth. */
  private Consumer<Progress> progress() {
    long[] last = {-1};
    boolean changing = environment.interactive();
    return progress -> {
      long tenth = progress.done() * 10L / progress.total();
      if (changing || tenth != last[0]) {
        last[0] = tenth;
        String line =
            String.format(
                Locale.ROOT,
                "phi4: %d of %d replies, %s left, %s so far",
                progress.done(),
                progress.total(),
                duration(progress.remaining()),
                value(progress.score()));
        environment.err().print(changing ? "\r" + line + "\u001b[K" : line + "\n");
        if (changing && progress.done() >= progress.total()) {
          environment.err().println();
        }
        environment.err().flush();
      }
    };
  }

  private static String duration(Duration left) {
    return left.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", left.toHours(), left.toMinutesPart())
        : String.format(Locale.ROOT, "%d min %02d s", left.toMinutes(), left.toSecondsPart());
  }

  private static String value(Estimate estimate) {
    double error =
        Double.isNaN(estimate.runError()) ? estimate.questionError() : estimate.runError();
    return String.format(Locale.ROOT, "%.4f ± %s", estimate.value(), error(error));
  }

  private static String error(double error) {
    return Double.isNaN(error) ? "?" : String.format(Locale.ROOT, "%.4f", error);
  }

  private void print(EvalResult result, TaskDefinition definition) {
    Output output = environment.out();
    output.printf(
        "%s: %d questions, %d replies, %d tokens\n",
        result.task(), result.questions().size(), result.samples().size(), result.tokens());
    output.printf(
        "%-28s %10s %12s %16s  %s\n", "metric", "value", "± of runs", "± of questions", "95 %");
    result
        .estimates()
        .forEach((metric, e) ->
            output.printf(
                "%-28s %10.4f %12s %16s  %.4f to %.4f\n",
                metric,
                e.value(),
                error(e.runError()),
                error(e.questionError()),
                e.low(),
                e.high()));
    output.println(result.statuses().toString().replaceAll("[{}]", "").replace("=", " "));
    if (result.passAtK().size() > 1) {
      curve("pass@", result.passAtK());
      curve("majority@", result.majorityAtK());
    }
    if (!definition.paper().isEmpty()) {
      output.println("the Phi-4 report: " + definition.paper() + "; " + definition.paperSetting());
    }
  }

  private void curve(String title, Map<Integer, Double> curve) {
    StringBuilder line = new StringBuilder();
    curve.forEach(
        (k, value) -> line.append(String.format(Locale.ROOT, "%s%d %.4f  ", title, k, value)));
    environment.out().println(line.toString().strip());
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "list",
      description = "Lists the built-in tasks.")
  int list() {
    for (String task : TaskDefinition.builtIn()) {
      TaskDefinition definition = TaskDefinition.of(task);
      environment.out().printf("%-12s %s\n", task, definition.description());
      String help =
          (definition.runsCode() ? "Needs --allow-code. " : "")
              + (definition.needsJudge() ? "Needs --judge. " : "")
              + (definition.dataHelp().isEmpty() ? "" : "Data: " + definition.dataHelp());
      if (!help.isEmpty()) {
        environment.out().printf("%-12s %s\n", "", help);
      }
    }
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "compare",
      description = "Compares two results, paired by question, with a p-value.")
  int compare(
      @Parameters(paramLabel = "DIR", description = "The folder of a result.") Path first,
      @Parameters(paramLabel = "DIR", description = "The folder of the other result.")
          Path second) {
    Comparison comparison = Comparison.of(RunFolder.of(first).read(), RunFolder.of(second).read());
    environment
        .out()
        .printf(
            "%s, %d questions: %.4f - %.4f = %+.4f ± %s, p = %.4f\n",
            comparison.first().task(),
            comparison.questions().size(),
            comparison.questions().stream()
                .mapToDouble(Comparison.Pair::first)
                .average()
                .orElseThrow(),
            comparison.questions().stream()
                .mapToDouble(Comparison.Pair::second)
                .average()
                .orElseThrow(),
            comparison.difference(),
            error(comparison.error()),
            comparison.pValue());
    long better = comparison.questions().stream().filter(p -> p.first() > p.second()).count();
    long worse = comparison.questions().stream().filter(p -> p.first() < p.second()).count();
    environment.out().printf("better on %d questions, worse on %d\n", better, worse);
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "report",
      description = "Writes report.html for one or more results.")
  int report(
      @Parameters(arity = "1..*", paramLabel = "DIR", description = "The folders of results.")
          List<Path> folders,
      @Option(
              names = "--show-secret",
              description = "Show the texts of tasks whose authors ask not to publish them.")
          boolean showSecret,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Output file. Default: report.html in the first folder.")
          Path file) {
    List<EvalResult> results = folders.stream().map(f -> RunFolder.of(f).read()).toList();
    Path target = file == null ? folders.getFirst().resolve("report.html") : file;
    Report.of(results, definitions(results)).showSecret(showSecret).write(target);
    environment.out().println(target.toString());
    return 0;
  }

  private static Map<String, TaskDefinition> definitions(List<EvalResult> results) {
    Map<String, TaskDefinition> definitions = new java.util.LinkedHashMap<>();
    results.stream()
        .map(EvalResult::task)
        .filter(TaskDefinition.builtIn()::contains)
        .forEach(task -> definitions.put(task, TaskDefinition.of(task)));
    return definitions;
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "rescore",
      description =
          "Regrades the replies of a result with the current version of the task, without a model.")
  int rescore(
      @Parameters(paramLabel = "DIR", description = "The folder of a result.") Path folder,
      @Option(
              names = "--task",
              paramLabel = "TASK",
              description = "The task file, unless the task is built in.")
          String file,
      @Mixin TaskChoice how) {
    String task = file == null ? RunFolder.of(folder).read().task() : file;
    TaskDefinition definition = TaskChoice.definition(task);
    how.check(definition);
    LoadOptions loadOptions = LoadOptions.defaults();
    Optional<Generator> judge = how.judgeModel(environment, Path.of(""), loadOptions);
    try {
      Task loaded = how.load(definition, null, judge);
      EvalResult result = RunFolder.of(folder).rescore(loaded);
      print(result, definition);
      Report.of(List.of(result), Map.of(definition.name(), definition))
          .write(folder.resolve("report.html"));
    } finally {
      judge.ifPresent(Generator::close);
    }
    return 0;
  }
}
