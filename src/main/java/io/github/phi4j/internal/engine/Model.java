package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.gguf.GgufMetadata;
import io.github.phi4j.internal.gguf.GgufTensor;
import io.github.phi4j.internal.gguf.GgufValue;
import io.github.phi4j.internal.model.PhiConfig;
import io.github.phi4j.internal.model.PhiLoader;
import io.github.phi4j.internal.model.PhiWeights;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The validated contents of a model file, ready to compute with. Immutable. */
record Model(
    GgufFile file, PhiConfig config, PhiWeights weights, GgufTokenizer tokenizer, ModelInfo info) {

  /**
   * Reads a model from a file.
   *
   * @throws ModelException if it is not one that phi4j runs
   */
  static Model of(GgufFile file, Optional<ChatFormat> chatFormat) {
    GgufMetadata metadata = file.metadata();
    List<String> findings = new ArrayList<>();
    PhiConfig config = PhiConfig.read(metadata, findings::add);
    GgufTokenizer tokenizer = GgufTokenizer.read(metadata, chatFormat, findings::add);
    if (config.architecture().equals("llama") && tokenizer.special("<|im_sep|>").isEmpty()) {
      throw metadata.problem(
          "general.architecture",
          "llama, with a vocabulary that is not Phi-4's: a foreign model",
          "a Phi-4 model, of architecture phi3 or converted to llama");
    }
    PhiWeights weights = PhiLoader.load(file, config);
    return new Model(file, config, weights, tokenizer, describe(file, config, tokenizer, findings));
  }

  private static ModelInfo describe(
      GgufFile file, PhiConfig config, GgufTokenizer tokenizer, List<String> findings) {
    GgufMetadata metadata = file.metadata();
    return new ModelInfo(
        metadata.values().get("general.name") instanceof GgufValue.Text name
            ? name.value()
            : file.files().getFirst().getFileName().toString(),
        config.architecture(),
        metadata.values().get("general.file_type") instanceof GgufValue.Int type
            ? FileTypes.name(type.value())
            : "unknown mix",
        file.tensors().values().stream().mapToLong(GgufTensor::elements).sum(),
        file.tensors().values().stream().mapToLong(tensor -> tensor.data().byteSize()).sum(),
        config.contextLength(),
        config.embeddingLength(),
        config.feedForwardLength(),
        config.blockCount(),
        config.headCount(),
        config.headCountKv(),
        config.headLength(),
        config.ropeDimensionCount(),
        config.ropeTheta(),
        config.vocabularySize(),
        tokenizer.chatFormat(),
        findings);
  }
}
