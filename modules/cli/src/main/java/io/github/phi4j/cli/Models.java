package io.github.phi4j.cli;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.hub.ModelHub;
import java.nio.file.Path;

/** Loads models; tests substitute their own. */
interface Models {

  Generator load(Path file, LoadOptions options);

  ModelInspection inspect(Path file);

  PackedFile packedFile(Path file, LoadOptions options);

  PackedFile pack(Path file, LoadOptions options);

  void verifyPacked(Path file, LoadOptions options);

  /** Returns the hub to download models from. */
  default ModelHub hub() {
    return ModelHub.create();
  }

  /** Returns the loader for model files. */
  static Models files() {
    return new Models() {
      @Override
      public Generator load(Path file, LoadOptions options) {
        return Phi4.load(file, options);
      }

      @Override
      public ModelInspection inspect(Path file) {
        return Phi4.inspect(file);
      }

      @Override
      public PackedFile packedFile(Path file, LoadOptions options) {
        return Phi4.packedFile(file, options);
      }

      @Override
      public PackedFile pack(Path file, LoadOptions options) {
        return Phi4.pack(file, options);
      }

      @Override
      public void verifyPacked(Path file, LoadOptions options) {
        Phi4.verifyPacked(file, options);
      }
    };
  }
}
