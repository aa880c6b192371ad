package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code phi4 inspect}: what a file holds and what it needs. */
@Command(
    name = "inspect",
    description =
        "Shows what a GGUF file of any architecture holds, what it needs, and what is wrong with"
            + " it.",
    footer = {
      "",
      "The exit code is 0 for any sound GGUF file, also for one that phi4j cannot run: the output"
          + " then says why (--json: \"runnable\" and \"refusal\"). It is 1 for a file that is"
          + " missing or damaged."
    })
final class InspectCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin private ModelOption model;

  @Option(
      names = {"-c", "--ctx-size"},
      paramLabel = "N",
      description =
          "Tokens of the context to reckon the memory for; 0 takes the length the model was"
              + " trained for. Default: 0.")
  private int contextLength;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Option(names = "--json", description = "Print one JSON object that holds everything.")
  private boolean json;

  @Mixin private PackedFolderOption packedFolder;

  InspectCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    if (contextLength < 0) {
      throw new UsageException("-c must not be negative: " + contextLength);
    }
    Path file = model.file(environment);
    ModelInspection inspection = environment.models().inspect(file);
    Optional<PackedFile> packed =
        inspection.model().map(_ -> environment.models().packedFile(file, packedOptions()));
    InspectionReport report = new InspectionReport(inspection, packed, contextLength);
    if (json) {
      Json format = new Json();
      environment.out().println(format.pretty(report.json(format)));
    } else {
      report.print(environment.out(), tensors);
    }
    return 0;
  }

  private LoadOptions packedOptions() {
    return packedFolder.apply(LoadOptions.builder()).build();
  }
}
