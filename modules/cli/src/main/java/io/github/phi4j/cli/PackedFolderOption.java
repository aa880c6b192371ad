package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where files with packed weights are. */
final class PackedFolderOption {

  @Option(
      names = "--packed-folder",
      paramLabel = "FOLDER",
      description =
          "Where files with packed weights are. Default: the system property phi4j.packed.folder,"
              + " or the folder phi4j among the user's caches.")
  private Path folder;

  LoadOptions.Builder apply(LoadOptions.Builder options) {
    return folder == null ? options : options.packedFolder(folder);
  }
}
