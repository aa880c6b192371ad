package io.github.phi4j;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.internal.engine.Engine;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Loads models of the Phi-4 family from GGUF files.
 *
 * <pre>{@code
 * try (Generator phi4 = Phi4.load(Path.of("phi-4-Q4_K_M.gguf"))) {
 *   System.out.println(phi4.generate("Why is the sky blue?").text());
 * }
 * }</pre>
 *
 * <p>The methods are thread-safe.
 *
 * @since 0.1.0
 */
public final class Phi4 {

  private Phi4() {}

  /**
   * Loads a model with {@linkplain LoadOptions#defaults() default options}.
   *
   * @param file a GGUF file, or the first part of a split one
   * @return the model; the caller closes it
   * @throws io.github.phi4j.api.FileException if the file cannot be read, or packed weights cannot
   *     be written
   * @throws io.github.phi4j.api.ModelException if the file is damaged, or is not a model that phi4j
   *     runs
   */
  public static Generator load(Path file) {
    return load(file, LoadOptions.defaults());
  }

  /**
   * Loads a model. Its weights are memory-mapped, not read: they take no heap and are shared
   * between processes. The file must stay unchanged while the model is open.
   *
   * @param file a GGUF file, or the first part of a split one
   * @param options how to load it
   * @return the model; the caller closes it
   * @throws io.github.phi4j.api.FileException if the file cannot be read, or packed weights cannot
   *     be written
   * @throws io.github.phi4j.api.ModelException if the file is damaged, or is not a model that phi4j
   *     runs
   * @throws IllegalArgumentException if an option does not suit the model
   */
  public static Generator load(Path file, LoadOptions options) {
    return Engine.load(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Reads the metadata and tensor table of a GGUF file of any architecture, without loading the
   * model.
   *
   * @param file a GGUF file, or the first part of a split one
   * @return metadata, tensors, and whether phi4j can run the model
   * @throws io.github.phi4j.api.FileException if the file cannot be read
   * @throws io.github.phi4j.api.ModelException if the file is not valid GGUF
   */
  public static ModelInspection inspect(Path file) {
    return Engine.inspect(Objects.requireNonNull(file, "file"));
  }

  /**
   * Creates a thread pool that several generators can share; see {@link
   * LoadOptions.Builder#threadPool}.
   *
   * @param threads the number of computing threads, including the caller's, from 1 to 1024
   * @return the pool; the caller closes it, after the generators
   * @throws IllegalArgumentException if the number is out of range
   */
  public static ThreadPool newThreadPool(int threads) {
    return Engine.newThreadPool(threads);
  }

  /**
   * Locates the file with a model's packed weights, without loading the model.
   *
   * @param file a GGUF file, or the first part of a split one
   * @param options the options to load the model with; only {@link LoadOptions#packedFolder()} is
   *     used
   * @return a description of the file, which may be missing
   * @throws io.github.phi4j.api.FileException if the model file cannot be read
   * @throws io.github.phi4j.api.ModelException if the file is not a model that phi4j runs
   */
  public static PackedFile packedFile(Path file, LoadOptions options) {
    return Engine.packedFile(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Creates the file with a model's packed weights, as loading with {@link
   * io.github.phi4j.api.PackedWeights#FILE} does, unless a usable one exists.
   *
   * @param file a GGUF file, or the first part of a split one
   * @param options the options to load the model with; only {@link LoadOptions#packedFolder()}, the
   *     threads and {@link LoadOptions#packingListener()} are used
   * @return a description of the file, which is missing only if none of the model's tensors can be
   *     packed
   * @throws io.github.phi4j.api.FileException if the model file cannot be read, or the packed
   *     weights cannot be written
   * @throws io.github.phi4j.api.ModelException if the file is not a model that phi4j runs
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public static PackedFile pack(Path file, LoadOptions options) {
    return Engine.pack(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(options, "options"));
  }

  /**
   * Reads the whole file with a model's packed weights and compares it with the model. Loading
   * checks only header and length, and small files.
   *
   * @param file a GGUF file, or the first part of a split one
   * @param options the options to load the model with; only {@link LoadOptions#packedFolder()}, the
   *     threads and {@link LoadOptions#packingListener()} are used
   * @throws io.github.phi4j.api.FileException if the file is missing or cannot be read
   * @throws io.github.phi4j.api.ModelException if the file is damaged, or does not match the model
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public static void verifyPacked(Path file, LoadOptions options) {
    Engine.verifyPacked(
        Objects.requireNonNull(file, "file"), Objects.requireNonNull(options, "options"));
  }
}
