package io.github.phi4j.internal.model;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.gguf.GgufTensor;
import io.github.phi4j.internal.kernel.BlockFormat;
import io.github.phi4j.internal.kernel.BlockFormats;
import io.github.phi4j.internal.kernel.Matrix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a model's weights among the tensors of its file, and checks each one's shape and type. */
public final class PhiLoader {

  private static final String HYPER_PARAMETERS = "the hyper-parameters";

  private final GgufFile file;
  private final PhiConfig config;
  private final Set<String> used = new HashSet<>();

  private PhiLoader(GgufFile file, PhiConfig config) {
    this.file = file;
    this.config = config;
  }

  /**
   * Loads the weights.
   *
   * @throws ModelException if a tensor is missing, or has a wrong shape or an unsupported type
   */
  public static PhiWeights load(GgufFile file, PhiConfig config) {
    return new PhiLoader(file, config).weights();
  }

  private PhiWeights weights() {
    int embedding = config.embeddingLength();
    Matrix tokenEmbedding = perToken("token_embd.weight");
    List<PhiWeights.Layer> layers = new ArrayList<>();
    for (int block = 0; block < config.blockCount(); block++) {
      layers.add(layer("blk." + block + "."));
    }
    boolean tied = !file.tensors().containsKey("output.weight");
    Matrix output = tied ? tokenEmbedding : perToken("output.weight");
    // Factors for all context lengths; llama.cpp reads them for this architecture only.
    Optional<float[]> frequencies =
        config.architecture().equals("llama") ? ropeFactors("rope_freqs.weight") : Optional.empty();
    PhiWeights weights =
        new PhiWeights(
            tokenEmbedding,
            List.copyOf(layers),
            vector("output_norm.weight", embedding),
            List.of(output),
            ropeFactors("rope_factors_short.weight").or(() -> frequencies),
            ropeFactors("rope_factors_long.weight"));
    refuseUnused();
    return weights;
  }

  /** A tensor that the forward pass does not read means another kind of model. */
  private void refuseUnused() {
    for (GgufTensor tensor : file.tensors().values()) {
      if (!used.contains(tensor.name())) {
        throw new ModelException(
            tensor.file(),
            tensor.offset(),
            "tensor " + tensor.name() + ", which no Phi-4 model has",
            "the tensors of a Phi-4 model; this file is of another kind");
      }
    }
  }

  private PhiWeights.Layer layer(String block) {
    int embedding = config.embeddingLength();
    int queries = config.queryLength();
    int keys = config.keyValueLength();
    int feedForward = config.feedForwardLength();
    boolean fusedQkv = file.tensors().containsKey(block + "attn_qkv.weight");
    boolean splitGate = file.tensors().containsKey(block + "ffn_gate.weight");
    return new PhiWeights.Layer(
        vector(block + "attn_norm.weight", embedding),
        fusedQkv
            ? List.of(matrix(block + "attn_qkv.weight", queries + 2 * keys, embedding))
            : List.of(
                matrix(block + "attn_q.weight", queries, embedding),
                matrix(block + "attn_k.weight", keys, embedding),
                matrix(block + "attn_v.weight", keys, embedding)),
        List.of(matrix(block + "attn_output.weight", embedding, queries)),
        vector(block + "ffn_norm.weight", embedding),
        splitGate
            ? List.of(
                matrix(block + "ffn_gate.weight", feedForward, embedding),
                matrix(block + "ffn_up.weight", feedForward, embedding))
            : List.of(matrix(block + "ffn_up.weight", 2 * feedForward, embedding)),
        List.of(matrix(block + "ffn_down.weight", embedding, feedForward)));
  }

  /** A matrix with one row per token. */
  private Matrix perToken(String name) {
    int tokens = config.vocabularySize();
    return matrix(
        name, tokens, config.embeddingLength(), "the vocabulary of " + tokens + " tokens");
  }

  private Matrix matrix(String name, int rows, int columns) {
    return matrix(name, rows, columns, HYPER_PARAMETERS);
  }

  private Matrix matrix(String name, int rows, int columns, String reason) {
    GgufTensor tensor = tensor(name, List.of((long) columns, (long) rows), reason);
    return new Matrix(format(tensor), tensor.data(), rows, columns);
  }

  private float[] vector(String name, int length) {
    GgufTensor tensor = tensor(name, List.of((long) length), HYPER_PARAMETERS);
    float[] values = new float[length];
    format(tensor).dequantize(tensor.data(), 0, values, 0, length);
    return values;
  }

  private Optional<float[]> ropeFactors(String name) {
    if (!file.tensors().containsKey(name)) {
      return Optional.empty();
    }
    float[] factors = vector(name, config.ropeDimensionCount() / 2);
    for (float factor : factors) {
      if (!(factor > 0) || !Float.isFinite(factor)) {
        throw problem(file.tensors().get(name), "the factor " + factor, "positive numbers");
      }
    }
    return Optional.of(factors);
  }

  private GgufTensor tensor(String name, List<Long> shape, String reason) {
    GgufTensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new ModelException(
          file.files().getFirst(),
          -1,
          "no tensor " + name,
          "one of shape " + shape + "; the file may be incomplete or of another architecture");
    }
    used.add(name);
    if (!withoutTrailingOnes(tensor.shape()).equals(withoutTrailingOnes(shape))) {
      throw problem(tensor, "the shape " + tensor.shape(), shape + ", to agree with " + reason);
    }
    return tensor;
  }

  /** Trailing extents of 1 are insignificant. */
  private static List<Long> withoutTrailingOnes(List<Long> shape) {
    int length = shape.size();
    while (length > 1 && shape.get(length - 1) == 1) {
      length--;
    }
    return shape.subList(0, length);
  }

  private BlockFormat format(GgufTensor tensor) {
    return BlockFormats.of(tensor.type())
        .orElseThrow(() ->
            problem(
                tensor,
                "the type " + tensor.type(),
                "one of "
                    + BlockFormats.all().stream()
                        .map(format -> format.type().name())
                        .collect(Collectors.joining(" "))
                    + "; use a file with another quantization"));
  }

  private static ModelException problem(GgufTensor tensor, String found, String expected) {
    return new ModelException(
        tensor.file(), tensor.offset(), "tensor " + tensor.name() + " with " + found, expected);
  }
}
