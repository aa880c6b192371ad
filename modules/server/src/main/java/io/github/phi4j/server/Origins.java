package io.github.phi4j.server;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rejects requests from web pages of other origins. A page may send requests to this machine
 * through its viewer's browser, which then names the page's origin. With DNS rebinding, a page may
 * even reach it under the page's own host name, which is then in {@code Host}.
 */
final class Origins {

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

  private final Settings settings;
  private final boolean loopback;

  Origins(Settings settings) {
    this.settings = settings;
    loopback = isLoopback(settings.host());
  }

  /** Returns whether a host name or address is this machine's loopback. */
  static boolean isLoopback(String host) {
    String name = bare(host);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || LOOPBACK_V4.matcher(name).matches()
        || name.equals("::1")
        || name.equals("0:0:0:0:0:0:0:1");
  }

  /** Normalizes a host: without brackets and final dot, in lower case. */
  private static String bare(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.startsWith("[") && name.endsWith("]")) {
      name = name.substring(1, name.length() - 1);
    }
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * Checks the host and origin of a request.
   *
   * @throws ApiException if it may come from a web page that is not allowed
   */
  void check(Exchange exchange) {
    String authority = exchange.header("Host").orElse("");
    URI target = parse("http://" + authority);
    if (target == null || !serves(target.getHost())) {
      throw ApiException.refused(
          403,
          "host_not_allowed",
          "This server does not answer for the host '"
              + authority
              + "'; allow it when starting the server.");
    }
    Optional<String> origin = exchange.header("Origin");
    if (origin.isPresent()) {
      if (!allows(origin.get(), authority)) {
        throw ApiException.refused(
            403,
            "origin_not_allowed",
            "This server does not answer to pages of '"
                + origin.get()
                + "'; allow them when starting the server.");
      }
      exchange.setHeader("Access-Control-Allow-Origin", origin.get());
    } else if (exchange.header("Sec-Fetch-Site").filter("cross-site"::equals).isPresent()
        && exchange.header("Sec-Fetch-Mode").filter("navigate"::equals).isEmpty()) {
      throw ApiException.refused(
          403, "origin_not_allowed", "This server does not answer to pages of other sites.");
    }
  }

  /** Answers a CORS preflight request; the origin has been checked. */
  void preflight(Exchange exchange) throws IOException {
    exchange.setHeader("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    exchange.setHeader(
        "Access-Control-Allow-Headers",
        exchange
            .header("Access-Control-Request-Headers")
            .orElse("Authorization, Content-Type, X-Api-Key"));
    exchange.setHeader("Access-Control-Max-Age", "600");
    exchange.setHeader("Allow", "GET, POST, OPTIONS");
    exchange.empty(204);
  }

  /**
   * Returns whether a host is allowed: a name that only this machine has, or an address, which DNS
   * cannot redirect.
   */
  private boolean serves(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = bare(host);
    return isLoopback(name)
        || settings.allowedHosts().contains("*")
        || settings.allowedHosts().contains(name)
        || name.equals(bare(settings.host()))
        || (!loopback && (IPV4.matcher(name).matches() || name.contains(":")));
  }

  private boolean allows(String origin, String authority) {
    if (settings.allowedOrigins().contains("*")
        || settings.allowedOrigins().contains(origin.toLowerCase(Locale.ROOT))) {
      return true;
    }
    URI page = parse(origin);
    if (page == null || page.getHost() == null) {
      return false;
    }
    return isLoopback(page.getHost())
        || origin.equalsIgnoreCase("http://" + authority)
        || origin.equalsIgnoreCase("https://" + authority);
  }

  private static @Nullable URI parse(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
