package io.github.phi4j.cli;

import io.github.phi4j.api.LoadOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The folder of packed weights. */
final class PackedFolderOption {

  @Option(
      names = "--packed-folder",
      paramLabel = "FOLDER",
      description =
          "Folder of packed weights. Default: the system property phi4j.packed.folder, or the "
              + "folder phi4j in the user's cache folder.")
  private Path folder;

  LoadOptions.Builder apply(LoadOptions.Builder options) {
    return folder == null ? options : options.packedFolder(folder);
  }
}
