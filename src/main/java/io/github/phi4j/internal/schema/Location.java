package io.github.phi4j.internal.schema;

import io.github.phi4j.internal.json.Json;

/** A schema at its location in a document. Equality is identity of the location. */
final class Location {

  final Json value;
  final String pointer; // within its document
  final String base; // the base URI of its references
  final Draft draft;

  Location(Json value, String pointer, String base, Draft draft) {
    this.value = value;
    this.pointer = pointer;
    this.base = base;
    this.draft = draft;
  }

  /** Returns a keyword's value; null if it is absent or unknown to the draft. */
  Json get(String keyword) {
    return value instanceof Json.Members members && draft.knows(keyword)
        ? members.map().get(keyword)
        : null;
  }
}
