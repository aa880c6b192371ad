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

/** {@code phi4 inspect}: shows the contents and memory needs of a file. */
@Command(
    name = "inspect",
    description = "Shows the contents, memory needs and faults of a GGUF file of any architecture.",
    footer = {
      "",
      "The exit code is 0 for any valid GGUF file. If phi4j cannot run it, the output says why "
          + "(--json: \"runnable\" and \"refusal\"). The exit code is 1 if the file is missing "
          + "or damaged."
    })
final class InspectCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin private ModelOption model;

  @Option(
      names = {"-c", "--ctx-size"},
      paramLabel = "N",
      description =
          "Context length for the memory estimate; 0 is the model's trained length. Default: 0.")
  private int contextLength;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Option(names = "--json", description = "Print everything as one JSON object.")
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
