package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Printable;
import io.github.phi4j.eval.Item;
import io.github.phi4j.eval.Report;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.TaskDefinition;
import io.github.phi4j.eval.pivotal.PivotalSearch;
import io.github.phi4j.eval.pivotal.PreferencePairs;
import io.github.phi4j.eval.pivotal.SuccessCurve;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code phi4 pivotal}: finds pivotal tokens. */
@Command(
    name = "pivotal",
    description = "Finds pivotal tokens, which decide whether an answer will be right.",
    footer = {
      "",
      "Questions that are answered correctly less than 20 %% or more than 80 %% of the time are"
          + " skipped, unless --item names them. With --out, run.json, curves.jsonl, pairs.jsonl"
          + " and report.html are written, and the same command resumes an interrupted one. With"
          + " another --pairs, it rewrites the pairs without a search.",
      "",
      "Examples:",
      "  phi4 pivotal --task sums --item 282",
      "  phi4 pivotal --task gsm8k --data test.jsonl -m phi-4-Q4_K_M.gguf --out pivotal"
    })
final class PivotalCommand implements Callable<Integer> {

  private final Environment environment;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      required = true,
      description =
          "A built-in task ('phi4 eval list'), or a JSON or YAML file that describes one.")
  private String name;

  @Mixin private TaskChoice choice;

  @Option(
      names = "--item",
      paramLabel = "N",
      split = ",",
      description = "Only these items, by number from 0. Default: all.")
  private List<Integer> items = List.of();

  @Option(
      names = "--gap",
      paramLabel = "P",
      description = "Minimum step in the success probability. Default: 0.2.")
  private double gap = 0.2;

  @Option(names = "--alpha", paramLabel = "P", description = "False discovery rate. Default: 0.05.")
  private double alpha = 0.05;

  @Option(
      names = "--budget",
      paramLabel = "TOKENS",
      description =
          "Start no further batch of continuations, 40 at most or with --method bisect those of"
              + " one estimate, once this many tokens have been generated.")
  private Long budget;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description = "spine, or bisect as in the Phi-4 report. Default: spine.")
  private PivotalSearch.Method method = PivotalSearch.Method.SPINE;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "For --method bisect: continuations per estimate. Default: 100.")
  private int samples = 100;

  @Option(
      names = "--pairs",
      paramLabel = "FORMAT",
      description = "Format of preference pairs: ids, trl or messages. Default: ids.")
  private PreferencePairs.Format pairs = PreferencePairs.Format.IDS;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder for all files.")
  private Path out;

  @Mixin private EvalSampling sampling;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  PivotalCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    TaskDefinition definition = TaskChoice.definition(name);
    choice.check(definition);
    choice.codeRunner(definition);
    LoadOptions loadOptions = compute.loadOptions().build();
    Path file = model.file(environment);
    try (Generator generator = environment.models().load(file, loadOptions)) {
      Optional<Generator> judge = choice.judgeModel(environment, file, loadOptions);
      try {
        Task task = choice.load(definition, generator, judge);
        search(definition, task, generator, file);
      } finally {
        judge.ifPresent(Generator::close);
      }
    }
    return 0;
  }

  private void search(TaskDefinition definition, Task task, Generator generator, Path file) {
    PivotalSearch search =
        PivotalSearch.of(generator, task)
            .modelName(TaskChoice.modelName(file))
            .gap(gap)
            .alpha(alpha)
            .temperature(sampling.temperature())
            .topP(sampling.topP())
            .seed(sampling.seed())
            .method(method, samples)
            .listener(this::report);
    choice.settings(definition).forEach(search::setting);
    if (budget != null) {
      search.budget(budget);
    }
    if (out != null) {
      search.folder(out);
    }
    List<SuccessCurve> curves = items.isEmpty() ? search.run() : search.run(chosen(task));
    if (search.isSpent()) {
      environment.note("the budget is spent: " + search.generated() + " tokens");
    }
    if (out != null) {
      write(curves, new PreferencePairs(generator.tokenizer(), task, pairs));
    }
  }

  private void report(PivotalSearch.Progress progress) {
    progress.curve().ifPresent(this::print);
    if (items.isEmpty() && progress.done() % 10 == 0) {
      environment.note(
          progress.done()
              + " of "
              + progress.total()
              + " questions, "
              + progress.generated()
              + " tokens");
    }
  }

  private List<Item> chosen(Task task) {
    int size = task.items().size();
    for (int number : items) {
      if (number < 0 || number >= size) {
        throw new UsageException("--item " + number + ": the task's items are 0 to " + (size - 1));
      }
    }
    return items.stream().map(task.items()::get).toList();
  }

  private void print(SuccessCurve curve) {
    Output output = environment.out();
    output.printf(
        "item %s: %s\n  answer %s; success %.3f ± %.3f; %d rollouts, %d tokens\n",
        curve.item().id(),
        Printable.of(curve.prompt().lines().findFirst().orElse("")),
        curve.success() ? "correct" : "incorrect",
        curve.start(),
        curve.startError(),
        curve.rollouts(),
        curve.generated());
    for (int i = 0; i < curve.points().size(); i++) {
      SuccessCurve.Point point = curve.points().get(i);
      if (point.status() == SuccessCurve.Status.PIVOTAL
          || point.status() == SuccessCurve.Status.UNDECIDED) {
        output.printf(
            "  %s at %d '%s': %.3f -> %.3f ± %.3f, probability %.3f\n",
            point.status().name().toLowerCase(Locale.ROOT),
            i,
            Printable.of(point.text()),
            point.before(),
            point.after(),
            point.error(),
            point.probability());
        for (SuccessCurve.Alternative other : point.alternatives()) {
          output.printf(
              "      '%s': success %.2f of %d, probability %.3f\n",
              Printable.of(other.text()), other.success(), other.rollouts(), other.probability());
        }
      }
    }
    output.flush();
  }

  private void write(List<SuccessCurve> curves, PreferencePairs writer) {
    int count = writer.write(curves, out.resolve("pairs.jsonl"));
    Report.writePivotal(curves, out.resolve("report.html"));
    environment
        .out()
        .printf(
            "%d curves, %d pairs (%d dropped, whose text encodes to different tokens) in %s\n",
            curves.size(), count, writer.dropped(), out);
  }
}
