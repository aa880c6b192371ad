package io.github.phi4j.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/** The accepted API keys; without any, requests need none. */
final class ApiKeys {

  private static final String SCHEME = "Bearer ";

  private final List<byte[]> digests;

  ApiKeys(List<byte[]> digests) {
    this.digests = digests;
  }

  static byte[] digest(String key) {
    return digest(key.getBytes(UTF_8));
  }

  static byte[] digest(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Checks the key of a request, in constant time.
   *
   * @throws ApiException if the key is missing or wrong
   */
  void check(Exchange exchange) {
    if (digests.isEmpty()) {
      return;
    }
    Optional<String> given =
        exchange
            .header("Authorization")
            .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            .map(value -> value.substring(SCHEME.length()).strip())
            .or(() -> exchange.header("X-Api-Key"));
    byte[] digest = digest(given.orElse(""));
    boolean right = false;
    for (byte[] each : digests) {
      right |= MessageDigest.isEqual(each, digest);
    }
    if (!right || given.isEmpty()) {
      exchange.setHeader("WWW-Authenticate", "Bearer");
      throw ApiException.refused(
          401,
          "invalid_api_key",
          given.isEmpty()
              ? "This server needs an API key: send it as 'Authorization: Bearer KEY'."
              : "Incorrect API key provided.");
    }
  }
}
