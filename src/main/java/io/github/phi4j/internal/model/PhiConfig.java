package io.github.phi4j.internal.model;

import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import io.github.phi4j.internal.gguf.GgufValue;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The hyper-parameters of a model.
 *
 * @param architecture the GGUF architecture
 * @param pairing pairs of dimensions that rotate together
 * @param contextLength trained context length in tokens
 * @param originalContextLength maximum context length for the short rope factors
 * @param embeddingLength width of the residual stream
 * @param feedForwardLength width of the feed-forward layer
 * @param blockCount number of transformer blocks
 * @param headCount number of attention heads
 * @param headCountKv number of key-value heads
 * @param headLength width of a head
 * @param ropeDimensionCount rotated dimensions of a head
 * @param ropeTheta base of the rotary embedding
 * @param ropeScale factor of positions, 1 without scaling
 * @param ropeAttentionFactor factor of rotated queries and keys
 * @param rmsEpsilon epsilon of the RMS norms
 * @param vocabularySize number of token ids
 */
public record PhiConfig(
    String architecture,
    RopePairing pairing,
    int contextLength,
    int originalContextLength,
    int embeddingLength,
    int feedForwardLength,
    int blockCount,
    int headCount,
    int headCountKv,
    int headLength,
    int ropeDimensionCount,
    float ropeTheta,
    float ropeScale,
    float ropeAttentionFactor,
    float rmsEpsilon,
    int vocabularySize) {

  private static final int MAX_BLOCKS = 1024;
  private static final int MAX_VOCABULARY = 1 << 20;
  private static final int MAX_CONTEXT = 1 << 24;
  private static final int MAX_WIDTH = 1 << 20;

  /** Pairs of dimensions that rotate together. */
  public enum RopePairing {
    /** Dimension i with i + R/2, as the {@code phi3} architecture stores its rows. */
    NEOX,
    /** Dimension 2i with 2i + 1, as conversions to the {@code llama} architecture store them. */
    NORM
  }

  /** The total width of the queries. */
  public int queryLength() {
    return headCount * headLength;
  }

  /** The total width of the keys, and of the values. */
  public int keyValueLength() {
    return headCountKv * headLength;
  }

  /**
   * Reads the hyper-parameters of a file.
   *
   * @param findings receives a sentence per repaired value
   * @throws io.github.phi4j.api.ModelException if the file is of another architecture or a value is
   *     missing or impossible
   */
  public static PhiConfig read(GgufMetadata metadata, Consumer<String> findings) {
    return new Reader(metadata, findings).read();
  }

  private record Reader(GgufMetadata metadata, Consumer<String> findings) {

    private static final String SCALING = "\"none\" \"linear\" \"longrope\"";
    private static final String SUPPORTED =
        "architecture phi3 (phi-4, phi-4-reasoning, phi-4-mini) or a llama-architecture"
            + " conversion of phi-4";

    PhiConfig read() {
      String architecture = architecture();
      int embeddingLength = integer("embedding_length", 1, MAX_WIDTH);
      int headCount = integer("attention.head_count", 1, embeddingLength);
      int headCountKv = integer("attention.head_count_kv", headCount, 1, headCount);
      check(
          "attention.head_count",
          headCount,
          embeddingLength % headCount == 0,
          "a divisor of the embedding length " + embeddingLength);
      check(
          "attention.head_count_kv",
          headCountKv,
          headCount % headCountKv == 0,
          "a divisor of the head count " + headCount);
      int headLength = embeddingLength / headCount;
      refuseOtherHeadLength("attention.key_length", headLength);
      refuseOtherHeadLength("attention.value_length", headLength);
      int rotated = integer("rope.dimension_count", headLength, 2, headLength);
      check("rope.dimension_count", rotated, rotated % 2 == 0, "an even number");
      int contextLength = integer("context_length", 1, MAX_CONTEXT);
      int original = integer("rope.scaling.original_context_length", contextLength, 1, MAX_CONTEXT);
      checkSlidingWindow(contextLength);
      refuseExperts();
      refuseYarn();
      return new PhiConfig(
          architecture,
          architecture.equals("llama") ? RopePairing.NORM : RopePairing.NEOX,
          contextLength,
          original,
          embeddingLength,
          integer("feed_forward_length", 1, MAX_WIDTH),
          integer("block_count", 1, MAX_BLOCKS),
          headCount,
          headCountKv,
          headLength,
          rotated,
          positive("rope.freq_base", 10_000),
          ropeScale(),
          positive("rope.scaling.attn_factor", 1),
          positive("attention.layer_norm_rms_epsilon", Double.NaN),
          vocabularySize());
    }

    private String architecture() {
      String key = "general.architecture";
      String architecture =
          metadata
              .string(key)
              .orElseThrow(() -> metadata.problem(key, "that is missing", SUPPORTED));
      return switch (architecture) {
        case "phi3", "llama" -> architecture;
        case "phimoe" ->
            throw metadata.problem(
                key, "that is phimoe, a Phi-3.5 mixture-of-experts model", SUPPORTED);
        case "phi2" ->
            throw metadata.problem(key, "that is phi2, a Phi-1.5 or Phi-2 model", SUPPORTED);
        case "phi4flash", "phi4-flash", "sambay" ->
            throw metadata.problem(
                key,
                "that is "
                    + architecture
                    + ", phi-4-mini-flash-reasoning with its state-space layers",
                SUPPORTED);
        default ->
            throw metadata.problem(key, "that is " + architecture + ", a foreign model", SUPPORTED);
      };
    }

    private String key(String name) {
      return metadata.string("general.architecture").orElseThrow() + "." + name;
    }

    private int integer(String name, long min, long max) {
      OptionalLong value = metadata.integer(key(name));
      if (value.isEmpty()) {
        throw metadata.problem(key(name), "that is missing", "an integer");
      }
      long number = value.getAsLong();
      check(name, number, number >= min && number <= max, min + " to " + max);
      return (int) number;
    }

    private int integer(String name, int absent, long min, long max) {
      return metadata.integer(key(name)).isEmpty() ? absent : integer(name, min, max);
    }

    private float positive(String name, double absent) {
      OptionalDouble value = metadata.number(key(name));
      if (value.isEmpty() && Double.isNaN(absent)) {
        throw metadata.problem(key(name), "that is missing", "a number");
      }
      float number = (float) value.orElse(absent);
      check(name, number, number > 0 && Float.isFinite(number), "a positive number");
      return number;
    }

    private void check(String name, Object found, boolean holds, String expected) {
      if (!holds) {
        throw metadata.problem(key(name), "that is " + found, expected);
      }
    }

    private void refuseOtherHeadLength(String name, int headLength) {
      int length = integer(name, headLength, 1, MAX_WIDTH);
      check(
          name, length, length == headLength, headLength + ", the embedding length over the heads");
    }

    /**
     * The factor of positions. As in llama.cpp scaling is linear unless the file says otherwise, a
     * factor of 0 means none, and "longrope" scales by its factor as "linear" does.
     */
    private float ropeScale() {
      String typeKey = key("rope.scaling.type");
      String type = metadata.string(typeKey).orElse("linear");
      if (type.equals("none")) {
        return 1;
      }
      String factorKey = key("rope.scaling.factor");
      String factorName =
          metadata.values().containsKey(factorKey) ? "rope.scaling.factor" : "rope.scale_linear";
      double factor = metadata.number(key(factorName)).orElse(0);
      boolean scales = factor != 0 && factor != 1;
      check(factorName, factor, factor >= 0 && factor <= MAX_CONTEXT, "a positive number");
      switch (type) {
        case "linear", "longrope" -> {}
        case "yarn" -> check("rope.scaling.type", type, !scales, "one of " + SCALING);
        default -> check("rope.scaling.type", type, false, "one of " + SCALING);
      }
      if (!scales) {
        return 1;
      }
      findings.accept(
          String.format(
              Locale.ROOT,
              "metadata key %s is %s: positions are divided by it, which no Phi-4 was trained with",
              key(factorName),
              factor));
      return (float) (1 / factor);
    }

    /** YaRN mixes scaled and unscaled frequencies; its keys enable it under any scaling type. */
    private void refuseYarn() {
      double mix = number("rope.scaling.yarn_ext_factor", 0);
      check("rope.scaling.yarn_ext_factor", mix, mix <= 0, "0; YaRN is not supported");
      double attention = number("rope.scaling.yarn_attn_factor", 1);
      check("rope.scaling.yarn_attn_factor", attention, attention == 1, "1; YaRN is not supported");
    }

    private double number(String name, double absent) {
      return metadata.number(key(name)).orElse(absent);
    }

    private void refuseExperts() {
      int experts = integer("expert_count", 0, 0, Integer.MAX_VALUE);
      check("expert_count", experts, experts == 0, "0; mixtures of experts are not supported");
    }

    /** No Phi-4 has a sliding window; files with one were converted with Phi-3's defaults. */
    private void checkSlidingWindow(int contextLength) {
      String key = key("attention.sliding_window");
      if (metadata.values().get(key) instanceof GgufValue.Int window
          && window.value() > 0
          && window.value() < contextLength) {
        findings.accept(
            "the file asks for a sliding window of "
                + window.value()
                + " tokens, which no Phi-4 model has; attention sees all tokens");
      }
    }

    private int vocabularySize() {
      String key = "tokenizer.ggml.tokens";
      int size =
          metadata
              .strings(key)
              .map(GgufArray::length)
              .orElseThrow(() -> metadata.problem(key, "that is missing", "the vocabulary"));
      if (size < 1 || size > MAX_VOCABULARY) {
        throw metadata.problem(key, "of " + size + " tokens", "1 to " + MAX_VOCABULARY);
      }
      return size;
    }
  }
}
