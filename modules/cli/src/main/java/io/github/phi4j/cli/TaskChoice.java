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

/** The task, its data and its grading. */
final class TaskChoice {

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "The task's data: a file (.jsonl, .json, .csv, .tsv, also .gz) or a folder.")
  private Path data;

  @Option(
      names = "--judge",
      paramLabel = "MODEL",
      description = "GGUF file of the judge, for tasks that rules cannot grade.")
  private Path judge;

  @Option(
      names = "--allow-code",
      paramLabel = "HOW",
      description =
          "Run model-generated code: none, process (a separate process), isolated (Linux: without"
              + " network, with limits), or a command that reads the program from standard input,"
              + " such as 'docker run -i --rm --network none python:3 python -'. Only such a"
              + " command hides this machine's files. Default: none.")
  private String allowCode = "none";

  @Option(
      names = "--fixed",
      description = "Fix known bugs of IFEval's checks; results then differ from published ones.")
  private boolean fixed;

  @Option(
      names = "--exact",
      paramLabel = "WHERE",
      description =
          "Use the model's probabilities: letters (the score is the correct letter's "
              + "probability), extraction (replies without a letter are resolved by "
              + "probability), grades (a judge's expected grade); all, none, or a comma-separated "
              + "list. Default: all.")
  private String exact = "all";

  /** Returns the definition of a built-in task or a file. */
  static TaskDefinition definition(String task) {
    boolean file = task.endsWith(".json") || task.endsWith(".yaml") || task.endsWith(".yml");
    return file ? TaskDefinition.read(Path.of(task)) : TaskDefinition.of(task);
  }

  /** Validates the options before a model is loaded. */
  void check(TaskDefinition definition) {
    if (definition.runsCode() && allowCode.equals("none")) {
      throw new UsageException(
          "task "
              + definition.name()
              + " runs model-generated code on this machine: allow it with --allow-code isolated "
              + "(or process, or a command)");
    }
    if (definition.needsJudge() && judge == null) {
      throw new UsageException("task " + definition.name() + " needs a judge: --judge MODEL");
    }
    if (!definition.dataHelp().isEmpty() && data == null) {
      throw new UsageException(
          "task " + definition.name() + " needs --data FILE: " + definition.dataHelp());
    }
    if (data != null && !Files.exists(data)) {
      throw new UsageException(data + ": no such file or folder");
    }
    exact();
  }

  /** Returns the judge's model, if it is not the model itself. */
  Optional<Generator> judgeModel(Environment environment, Path model, LoadOptions options) {
    return judge == null || judge.toAbsolutePath().equals(model.toAbsolutePath())
        ? Optional.empty()
        : Optional.of(environment.models().load(judge, options));
  }

  /** Loads the task; if it runs code, tests whether that is possible. */
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

  /** Returns the tested code runner, if needed. */
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
              "--exact '"
                  + exact
                  + "' is invalid; expected all, none, or a list of letters, "
                  + "extraction, grades");
        }
      }
    };
  }

  /** Returns the settings that affect the results. */
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

  /** Returns a model's name in results: its file name and fingerprint. */
  static String modelName(Path file) {
    return Files.exists(file)
        ? file.getFileName() + " " + Fingerprint.of(file)
        : file.getFileName().toString();
  }
}
