package io.github.phi4j.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A question of a task.
 *
 * @param id its name, the only one of this name in the task; seeds depend on it
 * @param group the group of related questions that it belongs to, such as those on one text; its
 *     own id if it stands alone
 * @param fields what the data say of it: texts, numbers, lists and maps
 */
public record Item(String id, String group, Map<String, Object> fields) {

  /** Creates an item. */
  public Item {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(group, "group");
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * An item that stands alone.
   *
   * @param id its name
   * @param fields what the data say of it
   */
  public Item(String id, Map<String, Object> fields) {
    this(id, id, fields);
  }

  /**
   * A field as text.
   *
   * @param field the field's name
   * @return its text; numbers as the data write them
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
   * A field as a list of texts.
   *
   * @param field the field's name
   * @return its texts, one for a field that is no list, none for a field that is not there
   */
  public List<String> texts(String field) {
    return switch (fields.get(field)) {
      case null -> List.of();
      case List<?> list -> list.stream().map(String::valueOf).toList();
      case Object value -> List.of(value.toString());
    };
  }
}
