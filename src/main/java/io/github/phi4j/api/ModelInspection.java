package io.github.phi4j.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The contents of a GGUF file, whether or not it can be loaded.
 *
 * @param files the file, or all parts of a split model in order
 * @param fileBytes the size of all parts together
 * @param ggufVersion the version of the container
 * @param metadata the key-value pairs in file order, unmodifiable
 * @param tensors the tensors in file order
 * @param model the description of the model, if phi4j can run it
 * @param refusal the reason why phi4j cannot run it, if so
 * @since 0.1.0
 */
public record ModelInspection(
    List<Path> files,
    long fileBytes,
    int ggufVersion,
    Map<String, MetadataValue> metadata,
    List<Tensor> tensors,
    Optional<ModelInfo> model,
    Optional<String> refusal) {

  /** Creates an inspection. */
  public ModelInspection {
    files = Arguments.copy(files, "files");
    metadata =
        Collections.unmodifiableMap(
            new LinkedHashMap<>(Objects.requireNonNull(metadata, "metadata")));
    tensors = Arguments.copy(tensors, "tensors");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(refusal, "refusal");
  }

  /**
   * One tensor of a file.
   *
   * @param name its name
   * @param type the name of its block type
   * @param shape its extents, the fastest-varying first
   * @param bytes its size
   * @param offset the byte offset of its data in its file
   * @since 0.1.0
   */
  public record Tensor(String name, String type, List<Long> shape, long bytes, long offset) {
    /** Creates a tensor description. */
    public Tensor {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      shape = Arguments.copy(shape, "shape");
    }
  }
}
