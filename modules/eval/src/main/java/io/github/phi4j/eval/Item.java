package io.github.phi4j.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A question of a task.
 *
 * @param id its id, unique in the task; seeds depend on it
 * @param group its group of related questions, such as those on one text; its id if it is
 *     independent
 * @param fields its data: texts, numbers, lists and maps
 */
public record Item(String id, String group, Map<String, Object> fields) {

  /** Creates an item. */
  public Item {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(group, "group");
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * Creates an independent item.
   *
   * @param id its id
   * @param fields its data
   */
  public Item(String id, Map<String, Object> fields) {
    this(id, id, fields);
  }

  /**
   * Returns a field as text.
   *
   * @param field the field's name
   * @return its text; numbers as written in the data
   * @throws IllegalArgumentException if there is no such field
   */
  public String text(String field) {
    Object value = fields.get(field);
    if (value == null) {
      throw new IllegalArgumentException(
          "item " + id + " has no field '" + field + "', but " + fields.keySet());
    }
    return value.toString();
  }

  /**
   * Returns a field as a list of texts.
   *
   * @param field the field's name
   * @return its texts; a single one if the field is not a list, none if it is missing
   */
  public List<String> texts(String field) {
    return switch (fields.get(field)) {
      case null -> List.of();
      case List<?> list -> list.stream().map(String::valueOf).toList();
      case Object value -> List.of(value.toString());
    };
  }
}
