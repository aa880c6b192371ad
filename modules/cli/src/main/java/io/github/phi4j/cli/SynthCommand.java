package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.eval.synth.Workflow;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 synth}: generates training data. */
@Command(
    name = "synth",
    description = "Generates training data from seeds with a workflow of prompts.",
    footer = {
      "",
      "Each record is written immediately, with its lineage; the same command resumes an "
          + "interrupted one. DIR gets run.json, records.jsonl and outputs.jsonl.",
      "",
      "Examples:",
      "  phi4 synth reversal --in code.jsonl --out pairs -m phi-4-Q4_K_M.gguf",
      "  phi4 synth show reversal > mine.yaml"
    })
final class SynthCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(
      paramLabel = "WORKFLOW",
      arity = "0..1",
      description = "A built-in workflow ('phi4 synth list'), or a YAML or JSON file.")
  private String name;

  @Option(names = "--in", paramLabel = "FILE", description = "The seeds.")
  private Path input;

  @Option(names = "--out", paramLabel = "DIR", description = "Folder for all files.")
  private Path out;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Repetitions of steps with rounds. Default: the workflow's.")
  private Integer rounds;

  @Option(names = "--votes", paramLabel = "N", description = "Replies per voting step. Default: 5.")
  private int votes = 5;

  @Option(
      names = "--judge",
      paramLabel = "MODEL",
      description = "GGUF file of the model for grading steps. Default: the same model.")
  private Path judge;

  @Option(
      names = {"--temp", "--temperature"},
      paramLabel = "X",
      description = "Temperature. Default: 0.7.")
  private float temperature = 0.7f;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "Seed. Default: 0.")
  private long seed;

  @Option(
      names = {"-n", "--predict"},
      paramLabel = "N",
      description = "Maximum number of tokens per reply. Default: 1024.")
  private int maxTokens = 1024;

  @Option(names = "--parallel", paramLabel = "N", description = "Concurrent records. Default: 16.")
  private int parallel = 16;

  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  SynthCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    if (name == null || input == null || out == null) {
      throw new UsageException("give a workflow, --in FILE and --out DIR");
    }
    Workflow workflow = workflow();
    LoadOptions loadOptions = compute.loadOptions().build();
    Path file = model.file(environment);
    try (Generator generator = environment.models().load(file, loadOptions)) {
      if (judge == null) {
        return run(workflow, generator, generator, TaskChoice.modelName(file));
      }
      try (Generator grader = environment.models().load(judge, loadOptions)) {
        String names = TaskChoice.modelName(file) + ", " + TaskChoice.modelName(judge);
        return run(workflow, generator, grader, names);
      }
    }
  }

  private int run(Workflow workflow, Generator generator, Generator grader, String names) {
    int kept = workflow.run(generator, grader, names, input, out);
    environment.out().printf("%d records kept; see %s\n", kept, out.resolve("records.jsonl"));
    return 0;
  }

  private Workflow workflow() {
    boolean file = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    Workflow workflow = file ? Workflow.read(Path.of(name)) : Workflow.of(name);
    if (rounds != null) {
      workflow.rounds(rounds);
    }
    return workflow
        .votes(votes)
        .temperature(temperature)
        .seed(seed)
        .maxTokens(maxTokens)
        .parallel(parallel)
        .listener((done, total) -> {
          if (done % 10 == 0 || done.equals(total)) {
            environment.note(done + " of " + total + " records");
          }
        });
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "list",
      description = "Lists the built-in workflows.")
  int list() {
    for (String workflow : Workflow.builtIn()) {
      environment.out().printf("%-13s %s\n", workflow, Workflow.of(workflow).description());
    }
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      name = "show",
      description = "Prints a built-in workflow, as a template.")
  int show(@Parameters(paramLabel = "WORKFLOW", description = "Its name.") String workflow) {
    environment.out().print(Workflow.text(workflow));
    return 0;
  }
}
