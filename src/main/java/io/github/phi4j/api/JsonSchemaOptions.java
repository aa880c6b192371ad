package io.github.phi4j.api;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Options for the conversion of JSON Schemas to grammars; see {@link Grammar#jsonSchema(String,
 * JsonSchemaOptions)}. Immutable; created by {@link #builder()}.
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
   * Returns the options of {@link Grammar#jsonSchema(String)}: closed objects, strict, no further
   * documents.
   *
   * @return the options
   */
  public static JsonSchemaOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the {@linkplain #defaults() defaults}.
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
   * Returns whether everything that the standard allows may be generated: undeclared members,
   * unless forbidden, and values of every type where the schema names none.
   *
   * @return false by default
   */
  public boolean openObjects() {
    return openObjects;
  }

  /**
   * Returns whether keywords that cannot be enforced are ignored and reported, instead of refused.
   *
   * @return false by default
   */
  public boolean lenient() {
    return lenient;
  }

  /**
   * Returns the documents that references may refer to.
   *
   * @return JSON texts by URI
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

  /**
   * Collects options for JSON Schemas. Not thread-safe.
   *
   * @since 0.1.0
   */
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
     * Sets {@link JsonSchemaOptions#openObjects()}.
     *
     * @param openObjects whether to allow undeclared members, and every type where the schema names
     *     none
     * @return this builder
     */
    public Builder openObjects(boolean openObjects) {
      this.openObjects = openObjects;
      return this;
    }

    /**
     * Sets {@link JsonSchemaOptions#lenient()}. Texts may then be invalid; {@link
     * Completion#unenforced()} and {@link GrammarMatcher#unenforced()} list the ignored keywords.
     *
     * @param lenient whether to ignore and report keywords that cannot be enforced
     * @return this builder
     */
    public Builder lenient(boolean lenient) {
      this.lenient = lenient;
      return this;
    }

    /**
     * Adds a document that references may refer to. Nothing is downloaded.
     *
     * @param uri its URI in references
     * @param schema its text, in JSON
     * @return this builder
     */
    public Builder document(String uri, String schema) {
      documents.put(Objects.requireNonNull(uri, "uri"), Objects.requireNonNull(schema, "schema"));
      return this;
    }

    /**
     * Sets {@link JsonSchemaOptions#documents()}, replacing earlier ones.
     *
     * @param documents JSON texts by URI
     * @return this builder
     */
    public Builder documents(Map<String, String> documents) {
      Map<String, String> copy = Map.copyOf(Objects.requireNonNull(documents, "documents"));
      this.documents.clear();
      this.documents.putAll(copy);
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     */
    public JsonSchemaOptions build() {
      return new JsonSchemaOptions(this);
    }
  }
}
