package io.github.phi4j.hub;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model on a hub: a repository and a quantization, written {@code user/repo:quant} as in
 * llama.cpp, or a {@linkplain PhiModel short name}, {@code phi-4:Q8_0}.
 *
 * @param repository the user and the name, {@code user/repo}
 * @param quantization the tag of a file, such as {@code Q4_K_M}, in any case; empty for Q4_K_M,
 *     then Q8_0, then the first model of the repository
 * @since 0.1.0
 */
public record ModelReference(String repository, Optional<String> quantization) {

  // No name begins with a dot, so none leads out of the cache's folder.
  private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";
  private static final Pattern REPOSITORY = Pattern.compile(NAME + "/" + NAME);
  private static final Pattern TAG = Pattern.compile(NAME);

  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if the repository or the quantization is invalid
   */
  public ModelReference {
    Objects.requireNonNull(quantization, "quantization");
    if (!REPOSITORY.matcher(repository).matches() || repository.contains("--")) {
      throw new IllegalArgumentException(
          "\""
              + repository
              + "\" is not a repository; expected USER/REPO, or one of "
              + PhiModel.names());
    }
    if (quantization.isPresent() && !TAG.matcher(quantization.get()).matches()) {
      throw new IllegalArgumentException(
          "\"" + quantization.get() + "\" is not a quantization such as Q4_K_M");
    }
  }

  /**
   * Parses a reference.
   *
   * @param text {@code user/repo}, {@code user/repo:quant}, or a short name with or without a
   *     quantization
   * @return the reference
   * @throws IllegalArgumentException if it is invalid
   */
  public static ModelReference parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    Optional<String> quantization =
        colon < 0 ? Optional.empty() : Optional.of(text.substring(colon + 1));
    String repository =
        PhiModel.named(name.toLowerCase(Locale.ROOT)).map(PhiModel::repository).orElse(name);
    return new ModelReference(repository, quantization);
  }

  @Override
  public String toString() {
    return repository + quantization.map(tag -> ":" + tag).orElse("");
  }
}
