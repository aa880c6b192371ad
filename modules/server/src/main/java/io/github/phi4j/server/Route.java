package io.github.phi4j.server;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A handler of requests for a path. */
@FunctionalInterface
interface Route {

  /**
   * Answers a request.
   *
   * @throws ApiException for an error answer
   * @throws IOException if the client is gone
   */
  void answer(Exchange exchange) throws IOException;

  /**
   * The routes of a server, by path and method. A path that ends with {@code /} includes all paths
   * below.
   */
  final class Table {
    private final Map<String, Map<String, Route>> routes = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    /** Adds a route that needs no API key. */
    Table open(String path, Route route) {
      open.add(path);
      return get(path, route);
    }

    boolean isOpen(String path) {
      return open.contains(path);
    }

    Table get(String path, Route route) {
      return add("GET", path, route);
    }

    Table post(String path, Route route) {
      return add("POST", path, route);
    }

    private Table add(String method, String path, Route route) {
      routes.computeIfAbsent(path, _ -> new HashMap<>()).put(method, route);
      return this;
    }

    /** Returns the routes of a path by method, if it exists. */
    Optional<Map<String, Route>> find(String path) {
      Map<String, Route> exact = routes.get(path);
      if (exact != null) {
        return Optional.of(exact);
      }
      return routes.keySet().stream()
          .filter(each -> each.endsWith("/") && each.length() > 1 && path.startsWith(each))
          .max(Comparator.comparingInt(String::length))
          .map(routes::get);
    }
  }
}
