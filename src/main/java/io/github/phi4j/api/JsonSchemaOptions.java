package io.github.phi4j.api;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a JSON Schema becomes a grammar: see {@link Grammar#jsonSchema(String, JsonSchemaOptions)}.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class JsonSchemaOptions {

  private static final JsonSchemaOptions DEFAULTS = builder().build();

  private final boolean openObjects;
  private final boolean lenient;
  private final Map<String, String> documents;

  private JsonSchemaOptions(Builder builder) {
    openObjects = builder.openObjects;
    lenient = builder.lenient;
    documents = Map.copyOf(builder.documents);
  }

  /**
   * The options of {@link Grammar#jsonSchema(String)}: closed objects, strict, no other documents.
   *
   * @return the options
   */
  public static JsonSchemaOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts with the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Whether all is written that the standard allows: members that a schema does not declare, where
   * it does not forbid them, and values of every type where it names none.
   *
   * @return false by default
   */
  public boolean openObjects() {
    return openObjects;
  }

  /**
   * Whether keywords that cannot be enforced are passed over, and reported, instead of refused.
   *
   * @return false by default
   */
  public boolean lenient() {
    return lenient;
  }

  /**
   * The documents that references may lead to.
   *
   * @return JSON texts by their URIs
   */
  public Map<String, String> documents() {
    return documents;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonSchemaOptions options
        && openObjects == options.openObjects
        && lenient == options.lenient
        && documents.equals(options.documents);
  }

  @Override
  public int hashCode() {
    return Objects.hash(openObjects, lenient, documents);
  }

  @Override
  public String toString() {
    return "JsonSchemaOptions{openObjects="
        + openObjects
        + ", lenient="
        + lenient
        + ", documents="
        + documents
        + "}";
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {

    private boolean openObjects;
    private boolean lenient;
    private final Map<String, String> documents = new TreeMap<>();

    private Builder() {}

    private Builder(JsonSchemaOptions from) {
      openObjects = from.openObjects;
      lenient = from.lenient;
      documents.putAll(from.documents);
    }

    /**
     * Sets whether all is written that the standard allows.
     *
     * @param open true for undeclared members and unnamed types
     * @return this builder
     */
    public Builder openObjects(boolean open) {
      openObjects = open;
      return this;
    }

    /**
     * Sets whether keywords that cannot be enforced are passed over. Texts may then be invalid;
     * what is not enforced is told by {@link Completion#unenforced()} and {@link
     * GrammarMatcher#unenforced()}.
     *
     * @param passOver true to pass them over
     * @return this builder
     */
    public Builder lenient(boolean passOver) {
      lenient = passOver;
      return this;
    }

    /**
     * Adds a document that references may lead to. Nothing is ever fetched.
     *
     * @param uri what references call it
     * @param schema its text, in JSON
     * @return this builder
     */
    public Builder document(String uri, String schema) {
      documents.put(Objects.requireNonNull(uri, "uri"), Objects.requireNonNull(schema, "schema"));
      return this;
    }

    /**
     * Sets {@link JsonSchemaOptions#documents()}, in place of those set before.
     *
     * @param schemas schemas by their URIs
     * @return this builder
     */
    public Builder documents(Map<String, String> schemas) {
      Map<String, String> copy = Map.copyOf(Objects.requireNonNull(schemas, "schemas"));
      documents.clear();
      documents.putAll(copy);
      return this;
    }

    /**
     * Makes the options.
     *
     * @return the options
     */
    public JsonSchemaOptions build() {
      return new JsonSchemaOptions(this);
    }
  }
}
