package io.github.phi4j.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The models of the Phi-4 family by short name, with their memory needs.
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
   * A quantization and its size.
   *
   * @param tag the name, such as {@code Q4_K_M}
   * @param weightBytes the bytes of the weights, which differ a little between publishers
   * @param memoryBytes the required memory: weights, a context of 4,096 tokens, and half a gigabyte
   */
  public record Quantization(String tag, long weightBytes, long memoryBytes) {}

  // The table in models/README.md has the same sizes.
  private static final List<Quantization> LARGE =
      quantizations(
          200 << 10,
          "Q2_K 5.5, Q3_K_M 7.4, IQ4_XS 8.0, Q4_K_S 8.4, Q4_K_M 9.1, Q5_K_M 10.6, Q6_K 12.0, Q8_0"
              + " 15.6, BF16 29.3");
  private static final List<Quantization> MINI =
      quantizations(
          128 << 10, "Q2_K 1.7, Q3_K_M 2.1, Q4_K_M 2.5, Q5_K_M 2.8, Q6_K 3.2, Q8_0 4.1, BF16 7.7");

  private final String shortName;
  private final String repository;
  private final boolean mini;

  PhiModel(String shortName, String repository, boolean mini) {
    this.shortName = shortName;
    this.repository = repository;
    this.mini = mini;
  }

  /** Parses quantizations with file sizes in GB. */
  private static List<Quantization> quantizations(long cacheBytesPerToken, String sizes) {
    List<Quantization> all = new ArrayList<>();
    for (String each : sizes.split(", ", -1)) {
      String[] tagAndSize = each.split(" ", -1);
      long weights = Math.round(Double.parseDouble(tagAndSize[1]) * 1e9);
      long memory = weights + 4096 * cacheBytesPerToken + 500_000_000;
      all.add(new Quantization(tagAndSize[0], weights, memory));
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
   * Returns the recommended quantization for an amount of memory: the best that fits, up to Q8_0,
   * since BF16 is slower and hardly better.
   *
   * @param memoryBytes the available memory
   * @return the quantization, or empty if none fits
   */
  public Optional<Quantization> advice(long memoryBytes) {
    return quantizations().stream()
        .takeWhile(each -> each.memoryBytes() <= memoryBytes)
        .filter(each -> !each.tag().equals("BF16"))
        .reduce((_, better) -> better);
  }

  /**
   * Looks up a short name.
   *
   * @param name the name
   * @return the model, or empty if the name is unknown
   */
  public static Optional<PhiModel> named(String name) {
    return Arrays.stream(values()).filter(each -> each.shortName.equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(PhiModel::shortName).collect(Collectors.joining(", "));
  }
}
