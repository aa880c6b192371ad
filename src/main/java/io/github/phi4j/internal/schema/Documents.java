package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.json.Json;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The schema and the documents it may refer to, with an index of all identifiers and anchors. */
final class Documents {

  private static final String DEFAULT_BASE = "schema:/root";
  private static final Set<String> DATA = Set.of("enum", "const", "default", "examples", "example");

  private final IdentityHashMap<Json, Location> locations = new IdentityHashMap<>();
  private final Map<String, Location> named = new HashMap<>(); // by URI
  private final Location root;
  private boolean asksForUnevaluated;

  /**
   * Parses a schema and its documents.
   *
   * @param others further documents by URI
   * @throws GrammarException if one is not JSON
   */
  Documents(String schema, Map<String, String> others) {
    others.forEach((uri, text) -> add(json(text), withoutFragment(uri)));
    root = add(json(schema), DEFAULT_BASE);
  }

  private static Json json(String text) {
    try {
      return Json.parse(text);
    } catch (IllegalArgumentException e) {
      throw new GrammarException(e.getMessage());
    }
  }

  Location root() {
    return root;
  }

  /** Returns whether any schema constrains unevaluated members or elements. */
  boolean asksForUnevaluated() {
    return asksForUnevaluated;
  }

  private Location add(Json document, String base) {
    Draft draft = Draft.of(document);
    locate(document, "", base, draft, false);
    Location location = locations.get(document);
    named.putIfAbsent(base, location);
    return location;
  }

  private void locate(Json value, String pointer, String base, Draft draft, boolean data) {
    String own = base;
    if (!data && value instanceof Json.Members members) {
      own = identified(members, base);
    }
    Location location = new Location(value, pointer, own, draft);
    locations.put(value, location);
    switch (value) {
      case Json.Members members -> {
        if (!data) {
          asksForUnevaluated |=
              members.map().containsKey("unevaluatedProperties")
                  || members.map().containsKey("unevaluatedItems");
          name(members, location, base);
        }
        String inner = own;
        members
            .map()
            .forEach((name, member) ->
                locate(
                    member,
                    pointer + "/" + SchemaProblem.escape(name),
                    inner,
                    draft,
                    data || DATA.contains(name)));
      }
      case Json.Elements elements -> {
        for (int i = 0; i < elements.list().size(); i++) {
          locate(elements.list().get(i), pointer + "/" + i, own, draft, data);
        }
      }
      default -> {
        // no subschemas
      }
    }
  }

  private static String identifier(Json.Members schema) {
    Json id = schema.map().get("$id");
    id = id == null ? schema.map().get("id") : id;
    return id instanceof Json.Text text ? text.value() : "";
  }

  private static String identified(Json.Members schema, String base) {
    String id = identifier(schema);
    return id.isEmpty() || id.startsWith("#") ? base : withoutFragment(resolve(base, id));
  }

  private void name(Json.Members schema, Location location, String outer) {
    String id = identifier(schema);
    if (!location.base.equals(outer) || (!id.isEmpty() && !id.startsWith("#"))) {
      named.putIfAbsent(location.base, location);
    } else if (id.startsWith("#") && id.length() > 1) {
      named.putIfAbsent(location.base + id, location);
    }
    for (String keyword : new String[] {"$anchor", "$dynamicAnchor"}) {
      if (schema.map().get(keyword) instanceof Json.Text anchor) {
        named.putIfAbsent(location.base + "#" + anchor.value(), location);
      }
    }
  }

  private static String resolve(String base, String reference) {
    try {
      return URI.create(base).resolve(reference).toString();
    } catch (IllegalArgumentException e) { // not a URI, but it may still match a name literally
      return reference;
    }
  }

  private static String withoutFragment(String uri) {
    int hash = uri.indexOf('#');
    return hash < 0 ? uri : uri.substring(0, hash);
  }

  /** Returns the location of a value in the documents. */
  Location at(Json value) {
    return locations.get(value);
  }

  /** Resolves a reference; empty if its target is not in the documents. */
  Optional<Location> find(Location from, String reference) {
    String uri = reference.startsWith("#") ? from.base + reference : resolve(from.base, reference);
    Location known = named.get(uri);
    if (known != null) {
      return Optional.of(known);
    }
    int hash = uri.indexOf('#');
    Location document = named.get(hash < 0 ? uri : uri.substring(0, hash));
    String fragment = hash < 0 ? "" : uri.substring(hash + 1);
    if (document == null || (!fragment.isEmpty() && !fragment.startsWith("/"))) {
      return Optional.empty();
    }
    Optional<Json> at = Optional.of(document.value);
    String[] names = fragment.split("/", -1);
    for (int i = 1; i < names.length && at.isPresent(); i++) {
      at = within(at.get(), decoded(names[i]));
    }
    return at.map(locations::get);
  }

  private static String decoded(String name) {
    String plain = name;
    try {
      plain = URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // an invalid percent escape
    }
    return plain.replace("~1", "/").replace("~0", "~");
  }

  private static Optional<Json> within(Json value, String name) {
    return switch (value) {
      case Json.Members members -> Optional.ofNullable(members.map().get(name));
      case Json.Elements elements
          when name.matches("0|[1-9][0-9]{0,8}")
              && Integer.parseInt(name) < elements.list().size() ->
          Optional.of(elements.list().get(Integer.parseInt(name)));
      default -> Optional.empty();
    };
  }
}
