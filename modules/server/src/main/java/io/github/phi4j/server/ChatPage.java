package io.github.phi4j.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The chat page and its resources, from the jar. Its Content-Security-Policy allows only its own
 * scripts and no other hosts, whatever a model's answer contains.
 */
final class ChatPage {

  private static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          // KaTeX positions boxes with style attributes.
          "style-src-attr 'unsafe-inline'",
          "font-src 'self'",
          "img-src 'self' data:",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  private static final List<String> FILES =
      List.of(
          "index.html",
          "page.css",
          "icon.svg",
          "main.js",
          "message.js",
          "markdown.js",
          "store.js",
          "api.js",
          "vendor/marked.umd.js",
          "vendor/purify.min.js",
          "vendor/katex.min.js",
          "vendor/katex.min.css",
          "vendor/highlight.min.js",
          "vendor/LICENSE-marked.txt",
          "vendor/LICENSE-dompurify.txt",
          "vendor/LICENSE-katex.txt",
          "vendor/LICENSE-highlight.txt");

  private static final List<String> FONTS =
      List.of(
          "AMS-Regular",
          "Caligraphic-Bold",
          "Caligraphic-Regular",
          "Fraktur-Bold",
          "Fraktur-Regular",
          "Main-Bold",
          "Main-BoldItalic",
          "Main-Italic",
          "Main-Regular",
          "Math-BoldItalic",
          "Math-Italic",
          "SansSerif-Bold",
          "SansSerif-Italic",
          "SansSerif-Regular",
          "Script-Regular",
          "Size1-Regular",
          "Size2-Regular",
          "Size3-Regular",
          "Size4-Regular",
          "Typewriter-Regular");

  private ChatPage() {}

  static void addTo(Route.Table routes) {
    Stream.concat(
            FILES.stream(), FONTS.stream().map(name -> "vendor/fonts/KaTeX_" + name + ".woff2"))
        .forEach(name -> routes.open("/" + name, file(name)));
    routes.open("/", file("index.html"));
    routes.open("/favicon.ico", file("icon.svg"));
  }

  private static Route file(String name) {
    byte[] content = read(name);
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    String tag = '"' + HexFormat.of().formatHex(ApiKeys.digest(content)).substring(0, 32) + '"';
    return exchange -> {
      exchange.setHeader("ETag", tag);
      exchange.setHeader("Cache-Control", "no-cache");
      exchange.setHeader("Content-Security-Policy", POLICY);
      exchange.setHeader("Referrer-Policy", "no-referrer");
      if (exchange.header("If-None-Match").filter(tag::equals).isPresent()) {
        exchange.empty(304);
      } else {
        exchange.body(200, type, content);
      }
    };
  }

  private static byte[] read(String name) {
    try (InputStream in = ChatPage.class.getResourceAsStream("page/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar of phi4j-server lacks page/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("page/" + name + " cannot be read", e);
    }
  }
}
