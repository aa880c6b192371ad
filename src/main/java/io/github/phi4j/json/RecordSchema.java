package io.github.phi4j.json;

import java.util.Objects;

/**
 * Derives JSON Schemas from Java types.
 *
 * @since 0.1.0
 */
public final class RecordSchema {

  private RecordSchema() {}

  /**
   * Returns the JSON Schema of a type, in the form that Jackson reads and writes:
   *
   * <ul>
   *   <li>records, nested and recursive: objects of their components in order, all required except
   *       those of type {@link java.util.Optional};
   *   <li>strings, {@code char}, booleans, integers within the bounds of their type, {@code float},
   *       {@code double}, {@link java.math.BigInteger}, {@link java.math.BigDecimal}, {@link
   *       java.util.UUID};
   *   <li>{@link java.time.LocalDate}, {@link java.time.LocalTime}, {@link java.time.OffsetTime},
   *       {@link java.time.OffsetDateTime}, {@link java.time.Instant}: in ISO 8601 format, the last
   *       three with offset. {@link TypedCompleter} has built-in support for them; otherwise
   *       Jackson needs its module {@code jackson-datatype-jsr310};
   *   <li>enums: one of their names;
   *   <li>arrays, {@link java.util.List}, {@link java.util.Set}, {@link java.util.Collection};
   *   <li>{@code Map<String, T>};
   *   <li>sealed interfaces of records: the record, preceded by a member {@code type} with its
   *       simple name.
   * </ul>
   *
   * <p>{@code @JsonProperty} renames components and enum constants;
   * {@code @JsonPropertyDescription} describes a component.
   *
   * @param type the type
   * @return the schema, in JSON
   * @throws IllegalArgumentException if the type, or a part of it, is none of these
   * @throws IllegalStateException if Jackson is missing
   */
  public static String of(Class<?> type) {
    Objects.requireNonNull(type, "type");
    Jackson.require();
    return new SchemaWriter(type).schema();
  }
}
