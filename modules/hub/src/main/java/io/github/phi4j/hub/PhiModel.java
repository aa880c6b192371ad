package io.github.phi4j.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The models of the Phi-4 family under short names, with what they need.
 *
 * @since 0.1.0
 */
public enum PhiModel {
  /** The model of 14 billion parameters. */
  PHI_4("phi-4", "microsoft/phi-4-gguf", false),
  /** The reasoning model of 14 billion parameters. */
  PHI_4_REASONING("phi-4-reasoning", "unsloth/Phi-4-reasoning-GGUF", false),
  /** The reasoning model of 14 billion parameters that thinks longer. */
  PHI_4_REASONING_PLUS("phi-4-reasoning-plus", "unsloth/Phi-4-reasoning-plus-GGUF", false),
  /** The model of 3.8 billion parameters. */
  PHI_4_MINI("phi-4-mini", "unsloth/Phi-4-mini-instruct-GGUF", true),
  /** The reasoning model of 3.8 billion parameters. */
  PHI_4_MINI_REASONING("phi-4-mini-reasoning", "unsloth/Phi-4-mini-reasoning-GGUF", true);

  /**
   * A quantization, and what it takes.
   *
   * @param tag the name, such as {@code Q4_K_M}
   * @param weightBytes the bytes of the weights, which differ a little between publishers
   * @param memoryBytes the memory to have: weights, a context of 4,096 tokens, and half a gigabyte
   */
  public record Quantization(String tag, long weightBytes, long memoryBytes) {}

  private static final List<Quantization> LARGE =
      quantizations(200 << 10, 5.5, 7.4, 8.0, 8.4, 9.0, 10.6, 12.0, 15.6, 29.3);
  private static final List<Quantization> MINI =
      quantizations(128 << 10, 1.7, 2.1, 2.2, 2.3, 2.5, 2.8, 3.1, 4.1, 7.7);

  private final String shortName;
  private final String repository;
  private final boolean mini;

  PhiModel(String shortName, String repository, boolean mini) {
    this.shortName = shortName;
    this.repository = repository;
    this.mini = mini;
  }

  private static List<Quantization> quantizations(long cacheBytesPerToken, double... gigabytes) {
    List<String> tags =
        List.of("Q2_K", "Q3_K_M", "IQ4_XS", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16");
    List<Quantization> all = new ArrayList<>();
    for (int i = 0; i < gigabytes.length; i++) {
      long weights = Math.round(gigabytes[i] * 1e9);
      long memory = weights + 4096 * cacheBytesPerToken + 500_000_000;
      all.add(new Quantization(tags.get(i), weights, memory));
    }
    return List.copyOf(all);
  }

  /** {@return the short name, such as {@code phi-4-mini}} */
  public String shortName() {
    return shortName;
  }

  /** {@return the repository that has its GGUF files} */
  public String repository() {
    return repository;
  }

  /** {@return the quantizations from the smallest to the largest} */
  public List<Quantization> quantizations() {
    return mini ? MINI : LARGE;
  }

  /**
   * The quantization to take where there is some memory: the best of those that fit, but none above
   * Q8_0, from which F16 differs in nothing but speed.
   *
   * @param memoryBytes the memory that is free
   * @return the quantization, or empty if none fits
   */
  public Optional<Quantization> advice(long memoryBytes) {
    return quantizations().stream()
        .filter(each -> !each.tag().equals("F16") && each.memoryBytes() <= memoryBytes)
        .reduce((_, better) -> better);
  }

  /**
   * Looks up a short name.
   *
   * @param name the name
   * @return the model, or empty if there is none of this name
   */
  public static Optional<PhiModel> named(String name) {
    return Arrays.stream(values()).filter(each -> each.shortName.equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(PhiModel::shortName).collect(Collectors.joining(", "));
  }
}
