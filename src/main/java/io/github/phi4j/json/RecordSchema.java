package io.github.phi4j.json;

import java.util.Objects;

/**
 * JSON Schemas of Java types.
 *
 * @since 0.1.0
 */
public final class RecordSchema {

  private RecordSchema() {}

  /**
   * The JSON Schema of a type, by which Jackson reads and writes it:
   *
   * <ul>
   *   <li>records, nested and recursive: objects of their components in order, all of them required
   *       but those of type {@link java.util.Optional};
   *   <li>strings, {@code char}, booleans, whole numbers within the bounds of their type, {@code
   *       float}, {@code double}, {@link java.math.BigInteger}, {@link java.math.BigDecimal},
   *       {@link java.util.UUID};
   *   <li>{@link java.time.LocalDate}, {@link java.time.LocalTime}, {@link java.time.OffsetTime},
   *       {@link java.time.OffsetDateTime}, {@link java.time.Instant}: as ISO 8601 writes them, the
   *       last three with their offset. {@link TypedCompleter} reads them by itself; elsewhere
   *       Jackson needs its module {@code jackson-datatype-jsr310};
   *   <li>enums: one of their names;
   *   <li>arrays, {@link java.util.List}, {@link java.util.Set}, {@link java.util.Collection};
   *   <li>{@code Map<String, T>};
   *   <li>sealed interfaces of records: the record, with its simple name as the first member {@code
   *       type}.
   * </ul>
   *
   * <p>{@code @JsonProperty} renames components and enum constants;
   * {@code @JsonPropertyDescription} describes a component.
   *
   * @param type the type
   * @return the schema, in JSON
   * @throws IllegalArgumentException if the type is none of these, or a part of it
   * @throws IllegalStateException if Jackson is missing
   */
  public static String of(Class<?> type) {
    Objects.requireNonNull(type, "type");
    Jackson.require();
    return new SchemaWriter(type).schema();
  }
}
