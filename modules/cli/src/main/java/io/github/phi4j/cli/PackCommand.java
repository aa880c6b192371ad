package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PackedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code phi4 pack}: creates, verifies or deletes the file of a model's packed weights. */
@Command(
    name = "pack",
    description = "Creates a file of a model's packed weights, for faster generation.",
    footer = {
      "",
      "An up-to-date file is kept. From then on all commands use it, except with --packed off. "
          + "It takes slightly more disk space than the model, which is still needed. Standard "
          + "output has its path."
    })
final class PackCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin private ModelOption model;

  @Option(
      names = {"-o", "--packed-folder"},
      paramLabel = "FOLDER",
      description =
          "Target folder; other commands then need the same --packed-folder. Default: the system "
              + "property phi4j.packed.folder, or the folder phi4j in the user's cache folder.")
  private Path folder;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Computing threads. Default: one per physical core.")
  private Integer threads;

  @ArgGroup private Instead instead = new Instead();

  /** Alternatives to packing. */
  static final class Instead {
    @Option(
        names = "--verify",
        description = "Instead of packing, read the whole file and compare it with the model.")
    private boolean verify;

    @Option(names = "--delete", description = "Instead of packing, delete the file if it exists.")
    private boolean delete;
  }

  PackCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    Path file = model.file(environment);
    LoadOptions options = options(instead.verify ? "verifying weights" : "packing weights");
    if (instead.delete) {
      PackedFile packed = environment.models().packedFile(file, options);
      environment.note(
          Files.deleteIfExists(packed.path())
              ? "deleted " + packed.path()
              : "no such file: " + packed.path());
      return 0;
    }
    if (instead.verify) {
      environment.models().verifyPacked(file, options);
      environment.out().println(environment.models().packedFile(file, options).path().toString());
      return 0;
    }
    PackedFile packed = environment.models().pack(file, options);
    if (packed.bytes() == 0) {
      environment.note("no tensor of " + file + " has a packable type");
      return 0;
    }
    environment.out().println(packed.path().toString());
    return 0;
  }

  private LoadOptions options(String what) {
    LoadOptions.Builder options =
        LoadOptions.builder().packingListener(new PackingProgress(environment, what));
    if (folder != null) {
      options.packedFolder(folder);
    }
    try {
      return threads == null ? options.build() : options.threads(threads).build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e);
    }
  }
}
