package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;

/** A schema at its location in a document. Equality is identity of the location. */
final class Location {

  final Json value;
  final String pointer; // within its document
  final String base; // the base URI of its references
  final boolean siblingsOfReferences; // whether siblings of $ref count

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
