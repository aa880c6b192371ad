package io.github.phi4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings in the environment variables of Hugging Face's tools and llama.cpp. */
record HubEnvironment(Map<String, String> variables) {

  private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

  private Optional<String> get(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  URI endpoint() {
    String text = get("HF_ENDPOINT").orElse(DEFAULT_ENDPOINT);
    try {
      return checked(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("HF_ENDPOINT is not an HTTP URL: " + text, e);
    }
  }

  /** Returns an endpoint without a trailing slash. */
  static URI checked(URI endpoint) {
    boolean web = "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null) {
      throw new IllegalArgumentException(endpoint + " is not an HTTP URL");
    }
    String text = endpoint.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : endpoint;
  }

  Optional<String> token() {
    Optional<String> token = get("HF_TOKEN").or(() -> get("HUGGING_FACE_HUB_TOKEN"));
    if (token.isPresent()) {
      return token.map(String::strip);
    }
    Path file = get("HF_TOKEN_PATH").map(Path::of).orElseGet(() -> home().resolve("token"));
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).replaceFirst("^\ufeff", "").strip())
              .filter(text -> !text.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // an unreadable file is ignored, as by Hugging Face's tools
    }
  }

  boolean offline() {
    return get("HF_HUB_OFFLINE")
        .filter(value -> TRUE.contains(value.toLowerCase(java.util.Locale.ROOT)))
        .isPresent();
  }

  Path cache() {
    return get("LLAMA_CACHE")
        .or(() -> get("HF_HUB_CACHE"))
        .or(() -> get("HUGGINGFACE_HUB_CACHE"))
        .map(Path::of)
        .orElseGet(() -> home().resolve("hub"));
  }

  private Path home() {
    return get("HF_HOME")
        .map(Path::of)
        .orElseGet(() ->
            get("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("huggingface"));
  }
}
