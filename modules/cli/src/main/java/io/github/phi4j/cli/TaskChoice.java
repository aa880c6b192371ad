package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.eval.CodeRunner;
import io.github.phi4j.eval.Exact;
import io.github.phi4j.eval.Judge;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.TaskDefinition;
import io.github.phi4j.eval.TaskOptions;
import io.github.phi4j.eval.data.Fingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which task, on which data, and what grades it. */
final class TaskChoice {

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "The task's data: a file (.jsonl, .json, .csv, .tsv, also .gz) or a folder.")
  private Path data;

  @Option(
      names = "--judge",
      paramLabel = "MODEL",
      description = "GGUF file of the model that grades where no rule can.")
  private Path judge;

  @Option(
      names = "--allow-code",
      paramLabel = "HOW",
      description =
          "Run code that the model writes: none, process (a process of its own), isolated (on"
              + " Linux, without network, with limits), or a command that gets the program on"
              + " standard input, such as 'docker run -i --rm --network none python:3 python -'. No"
              + " level but such a command hides this machine's files. Default: none.")
  private String allowCode = "none";

  @Option(
      names = "--fixed",
      description =
          "Mend known faults of IFEval's checks; results then differ from published ones.")
  private boolean fixed;

  @Option(
      names = "--exact",
      paramLabel = "WHERE",
      description =
          "Use the model's probabilities: letters (the score is the right letter's probability),"
              + " extraction (a reply without a letter is asked for it), grades (a judge's expected"
              + " grade); all, none, or some, separated by commas. Default: all.")
  private String exact = "all";

  /** The definition of a built-in task or of a file. */
  static TaskDefinition definition(String task) {
    boolean file = task.endsWith(".json") || task.endsWith(".yaml") || task.endsWith(".yml");
    return file ? TaskDefinition.read(Path.of(task)) : TaskDefinition.of(task);
  }

  /** Refuses what cannot work, before a model is loaded. */
  void check(TaskDefinition definition) {
    if (definition.runsCode() && allowCode.equals("none")) {
      throw new UsageException(
          "task "
              + definition.name()
              + " runs code that the model writes, on this machine: allow it with --allow-code"
              + " isolated (or process, or a command)");
    }
    if (definition.needsJudge() && judge == null) {
      throw new UsageException(
          "task " + definition.name() + " needs a model that grades: --judge MODEL");
    }
    if (!definition.dataHelp().isEmpty() && data == null) {
      throw new UsageException(
          "task " + definition.name() + " needs --data FILE: " + definition.dataHelp());
    }
    if (data != null && !Files.exists(data)) {
      throw new UsageException(data + ": there is no such file or folder");
    }
    exact();
  }

  /** The judge's model, if there is one that is not the model itself. */
  Optional<Generator> judgeModel(Environment environment, Path model, LoadOptions options) {
    return judge == null || judge.toAbsolutePath().equals(model.toAbsolutePath())
        ? Optional.empty()
        : Optional.of(environment.models().load(judge, options));
  }

  /** The task; where code is run, this tests whether that is possible. */
  Task load(TaskDefinition definition, Generator model, Optional<Generator> judgeModel) {
    TaskOptions.Builder options = TaskOptions.builder().fixed(fixed);
    if (data != null) {
      options.data(data);
    }
    codeRunner(definition).ifPresent(options::codeRunner);
    if (judge != null) {
      options.judge(
          new Judge(
              judgeModel.orElse(model),
              judge.getFileName().toString(),
              exact().contains(Exact.GRADES)));
    }
    return definition.load(options.build());
  }

  /** What runs code, tested. */
  Optional<CodeRunner> codeRunner(TaskDefinition definition) {
    if (!definition.runsCode()) {
      return Optional.empty();
    }
    return switch (allowCode) {
      case "none" -> Optional.empty();
      case "process" -> Optional.of(CodeRunner.process());
      case "isolated" -> Optional.of(CodeRunner.isolated());
      default -> Optional.of(CodeRunner.command(allowCode));
    };
  }

  Set<Exact> exact() {
    return switch (exact) {
      case "all" -> EnumSet.allOf(Exact.class);
      case "none" -> EnumSet.noneOf(Exact.class);
      default -> {
        try {
          yield Arrays.stream(exact.toUpperCase(Locale.ROOT).split(",", -1))
              .map(name -> Exact.valueOf(name.strip()))
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Exact.class)));
        } catch (IllegalArgumentException e) {
          throw new UsageException(
              "--exact '" + exact + "' is not all, none, or some of letters, extraction, grades");
        }
      }
    };
  }

  /** What of this decides the results. */
  Map<String, Object> settings(TaskDefinition definition) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("data", data == null ? "built-in" : data.getFileName().toString());
    if (data != null) {
      settings.put("data_fingerprint", Fingerprint.of(data));
    }
    if (definition.runsCode()) {
      settings.put("allow_code", allowCode);
    }
    if (judge != null) {
      settings.put("judge", judge.getFileName() + " " + Fingerprint.of(judge));
    }
    settings.put("fixed", fixed);
    return settings;
  }

  /** A model's name in results: its file, and what tells it from others of this name. */
  static String modelName(Path file) {
    return Files.exists(file)
        ? file.getFileName() + " " + Fingerprint.of(file)
        : file.getFileName().toString();
  }
}
