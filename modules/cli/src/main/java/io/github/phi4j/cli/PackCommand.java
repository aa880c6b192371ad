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

/** {@code phi4 pack}: makes the file with a model's packed weights, checks it, or deletes it. */
@Command(
    name = "pack",
    description = "Makes a file with packed weights of a model, with which it generates faster.",
    footer = {
      "",
      "A file that is there and up to date is left as it is. All commands use it from then on,"
          + " unless --packed off forbids it. It takes a little more disk space than the model,"
          + " which is needed beside it. Standard output carries its path."
    })
final class PackCommand implements Callable<Integer> {

  private final Environment environment;

  @Mixin private ModelOption model;

  @Option(
      names = {"-o", "--packed-folder"},
      paramLabel = "FOLDER",
      description =
          "Where to; other commands then need the same --packed-folder. Default: the system"
              + " property phi4j.packed.folder, or the folder phi4j among the user's caches.")
  private Path folder;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Worker threads. Default: one for each physical core.")
  private Integer threads;

  @ArgGroup private Instead instead = new Instead();

  /** What to do rather than packing. */
  static final class Instead {
    @Option(
        names = "--verify",
        description = "Make nothing: read all of the file and compare it with the model.")
    private boolean verify;

    @Option(names = "--delete", description = "Make nothing: delete the file, if it is there.")
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
              : "there is no " + packed.path());
      return 0;
    }
    if (instead.verify) {
      environment.models().verifyPacked(file, options);
      environment.out().println(environment.models().packedFile(file, options).path().toString());
      return 0;
    }
    PackedFile packed = environment.models().pack(file, options);
    if (packed.bytes() == 0) {
      environment.note("no tensor of " + file + " is of a type that can be packed");
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
