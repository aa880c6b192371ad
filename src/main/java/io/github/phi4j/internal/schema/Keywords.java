package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.internal.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Reads the values of a schema's keywords and reports faults in them. */
record Keywords(Location location) {

  private static final int SHOWN = 60;

  boolean has(String keyword) {
    return location.get(keyword) != null;
  }

  Json get(String keyword) {
    return location.get(keyword);
  }

  GrammarException wrong(String keyword, Json value, String expected) {
    String written = value.written();
    return SchemaProblem.at(
        location.pointer + "/" + SchemaProblem.escape(keyword),
        written.length() > SHOWN ? written.substring(0, SHOWN) + "…" : written,
        expected);
  }

  /** Returns a non-negative integer, clamped to the range of int. */
  int count(String keyword) {
    Json value = get(keyword);
    if (!(value instanceof Json.Numeral number)
        || !number.isInteger()
        || number.value().signum() < 0) {
      throw wrong(keyword, value, "a whole number, 0 or above");
    }
    boolean large = number.value().precision() - number.value().scale() > 9;
    return large ? Integer.MAX_VALUE : number.value().intValueExact();
  }

  BigDecimal number(String keyword) {
    if (!(get(keyword) instanceof Json.Numeral number)) {
      throw wrong(keyword, get(keyword), "a number");
    }
    return number.value();
  }

  String text(String keyword) {
    if (!(get(keyword) instanceof Json.Text text)) {
      throw wrong(keyword, get(keyword), "a string");
    }
    return text.value();
  }

  boolean truth(String keyword) {
    if (!(get(keyword) instanceof Json.Truth truth)) {
      throw wrong(keyword, get(keyword), "true or false");
    }
    return truth.value();
  }

  Json schema(String keyword) {
    return schema(keyword, get(keyword));
  }

  Json schema(String keyword, Json value) {
    if (!(value instanceof Json.Members || value instanceof Json.Truth)) {
      throw wrong(keyword, value, "a schema: an object, true or false");
    }
    return value;
  }

  List<Json> elements(String keyword) {
    if (!(get(keyword) instanceof Json.Elements elements)) {
      throw wrong(keyword, get(keyword), "an array");
    }
    return elements.list();
  }

  /** Returns the subschemas of a combining keyword. */
  List<Json> branches(String keyword) {
    if (elements(keyword).isEmpty()) {
      throw wrong(keyword, get(keyword), "an array of at least one schema");
    }
    elements(keyword).forEach(branch -> schema(keyword, branch));
    return elements(keyword);
  }

  Map<String, Json> members(String keyword) {
    if (!(get(keyword) instanceof Json.Members members)) {
      throw wrong(keyword, get(keyword), "an object");
    }
    return members.map();
  }

  List<String> names(String keyword, Json value) {
    if (!(value instanceof Json.Elements elements)
        || !elements.list().stream().allMatch(Json.Text.class::isInstance)) {
      throw wrong(keyword, value, "an array of names of properties");
    }
    return elements.list().stream().map(name -> ((Json.Text) name).value()).toList();
  }
}
