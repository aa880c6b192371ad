package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;

/** A schema where it stands. Two are equal if they are the same place. */
final class Location {

  final Json value;
  final String pointer; // within its document
  final String base; // the URI that references in it are relative to
  final boolean siblingsOfReferences; // whether what stands beside $ref counts

  Location(Json value, String pointer, String base, boolean siblingsOfReferences) {
    this.value = value;
    this.pointer = pointer;
    this.base = base;
    this.siblingsOfReferences = siblingsOfReferences;
  }

  /** A keyword's value, or null. */
  Json get(String keyword) {
    return value instanceof Json.Members members ? members.map().get(keyword) : null;
  }
}
