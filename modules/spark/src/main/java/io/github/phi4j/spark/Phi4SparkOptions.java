package io.github.phi4j.spark;

import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.Message;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * The options of a job. Immutable; created by {@link #builder()}.
 *
 * @serial exclude
 */
@SuppressWarnings("InvalidBlockTag") // javadoc knows @serial
public final class Phi4SparkOptions implements Serializable {

  private static final long serialVersionUID = 1;

  private final String model;
  private final int threads;
  private final int contextLength;
  private final KvCacheType kvCacheType;
  private final String idColumn;
  private final String promptColumn;
  private final String messagesColumn;
  private final String outputColumn;
  private final String system;
  private final int maxTokens;
  private final float temperature;
  private final float topP;
  private final long seed;
  private final String jsonSchema;
  private final StructType resultType;
  private final int rowsInFlight;

  private Phi4SparkOptions(Builder builder) {
    model = Objects.requireNonNull(builder.model, "model");
    threads = builder.threads;
    contextLength = builder.contextLength;
    kvCacheType = builder.kvCacheType;
    idColumn = builder.idColumn;
    promptColumn = builder.promptColumn;
    messagesColumn = builder.messagesColumn;
    outputColumn = builder.outputColumn;
    system = builder.system;
    maxTokens = builder.maxTokens;
    temperature = builder.temperature;
    topP = builder.topP;
    seed = builder.seed;
    jsonSchema = builder.jsonSchema;
    resultType = builder.resultType;
    rowsInFlight = builder.rowsInFlight;
  }

  /**
   * Returns a builder with the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  String model() {
    return model;
  }

  OptionalInt threads() {
    return threads == 0 ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  OptionalInt contextLength() {
    return contextLength == 0 ? OptionalInt.empty() : OptionalInt.of(contextLength);
  }

  KvCacheType kvCacheType() {
    return kvCacheType;
  }

  String idColumn() {
    return idColumn;
  }

  String promptColumn() {
    return promptColumn;
  }

  /** Returns the column of conversations, or null. */
  String messagesColumn() {
    return messagesColumn;
  }

  String outputColumn() {
    return outputColumn;
  }

  /** Returns the input column. */
  String inputColumn() {
    return messagesColumn == null ? promptColumn : messagesColumn;
  }

  /** Returns the messages after the system message, if there is one. */
  List<Message> conversation(Message... messages) {
    List<Message> all = new ArrayList<>();
    if (system != null) {
      all.add(Message.system(system));
    }
    all.addAll(List.of(messages));
    return all;
  }

  /**
   * Checks the columns of a dataset.
   *
   * @throws IllegalArgumentException if an input column is missing or of another type, or the
   *     output column exists
   */
  void check(StructType rows) {
    List<String> names = List.of(rows.fieldNames());
    for (String needed : List.of(idColumn, inputColumn())) {
      if (!names.contains(needed)) {
        throw new IllegalArgumentException(
            "there is no column " + needed + "; the dataset has " + names);
      }
    }
    DataType asked = rows.apply(inputColumn()).dataType();
    boolean fits = messagesColumn == null ? asked instanceof StringType : isMessages(asked);
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              "column %s has type %s; expected %s",
              inputColumn(),
              asked.simpleString(),
              messagesColumn == null ? "string" : "array<struct<role:string,content:string>>"));
    }
    if (names.contains(outputColumn)) {
      throw new IllegalArgumentException(
          "the dataset has a column " + outputColumn + " already; set another outputColumn");
    }
  }

  private static boolean isMessages(DataType type) {
    return type instanceof ArrayType array
        && array.elementType() instanceof StructType turn
        && List.of(turn.fieldNames()).containsAll(List.of("role", "content"));
  }

  int maxTokens() {
    return maxTokens;
  }

  float temperature() {
    return temperature;
  }

  float topP() {
    return topP;
  }

  /** Returns the JSON Schema of answers, or null. */
  String jsonSchema() {
    return jsonSchema;
  }

  /** Returns the type of the result, or null. */
  StructType resultType() {
    return resultType;
  }

  int rowsInFlight() {
    return rowsInFlight;
  }

  /** Returns the seed of a row, which depends only on the job's seed and the row's id. */
  long seed(String id) {
    long hash = 0xcbf29ce484222325L ^ seed; // FNV-1a
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private String model;
    private int threads;
    private int contextLength;
    private KvCacheType kvCacheType = KvCacheType.F16;
    private String idColumn = "id";
    private String promptColumn = "prompt";
    private String messagesColumn;
    private String outputColumn = "generated";
    private String system;
    private int maxTokens = 256;
    private float temperature;
    private float topP = 1;
    private long seed;
    private String jsonSchema;
    private StructType resultType;
    private int rowsInFlight = 8;

    private Builder() {}

    /**
     * Sets the model.
     *
     * @param value the path of a GGUF file on each executor's machine, or the name of one that
     *     {@code spark.files} distributes
     * @return this builder
     */
    public Builder model(String value) {
      model = Objects.requireNonNull(value, "model");
      return this;
    }

    /**
     * Sets the number of computing threads per executor.
     *
     * @param value at least 1; {@code spark.executor.cores} by default
     * @return this builder
     */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /**
     * Sets the context length of rows, in tokens.
     *
     * @param value at least 1; the model's trained length by default
     * @return this builder
     */
    public Builder contextLength(int value) {
      contextLength = value;
      return this;
    }

    /**
     * Sets the type of the KV cache.
     *
     * @param value the type, F16 by default
     * @return this builder
     */
    public Builder kvCacheType(KvCacheType value) {
      kvCacheType = Objects.requireNonNull(value, "kvCacheType");
      return this;
    }

    /**
     * Sets the column with unique ids, from which the seeds of rows derive.
     *
     * @param value the name, {@code id} by default
     * @return this builder
     */
    public Builder idColumn(String value) {
      idColumn = Objects.requireNonNull(value, "idColumn");
      return this;
    }

    /**
     * Sets the column with the users' messages.
     *
     * @param value the name, {@code prompt} by default
     * @return this builder
     */
    public Builder promptColumn(String value) {
      promptColumn = Objects.requireNonNull(value, "promptColumn");
      return this;
    }

    /**
     * Sets a column with whole conversations, instead of the prompt column.
     *
     * @param value the name of a column of type {@code array<struct<role: string, content:
     *     string>>} with the roles system, user and assistant
     * @return this builder
     */
    public Builder messagesColumn(String value) {
      messagesColumn = Objects.requireNonNull(value, "messagesColumn");
      return this;
    }

    /**
     * Sets the output column.
     *
     * @param value the name, {@code generated} by default
     * @return this builder
     */
    public Builder outputColumn(String value) {
      outputColumn = Objects.requireNonNull(value, "outputColumn");
      return this;
    }

    /**
     * Sets the system message before each prompt.
     *
     * @param value the message
     * @return this builder
     */
    public Builder system(String value) {
      system = Objects.requireNonNull(value, "system");
      return this;
    }

    /**
     * Sets the maximum number of tokens in an answer.
     *
     * @param value 0 or above; 256 by default
     * @return this builder
     */
    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    /**
     * Sets the temperature.
     *
     * @param value 0 or above; 0 (greedy) by default
     * @return this builder
     */
    public Builder temperature(double value) {
      temperature = (float) value;
      return this;
    }

    /**
     * Sets top-p.
     *
     * @param value above 0, at most 1, which keeps all and is the default
     * @return this builder
     */
    public Builder topP(double value) {
      topP = (float) value;
      return this;
    }

    /**
     * Sets the seed of the job, from which the seeds of rows derive.
     *
     * @param value any number; 0 by default
     * @return this builder
     */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Constrains answers to a JSON Schema; the output then has the typed field {@code result}.
     *
     * @param schema a JSON Schema of an object; integers become BIGINT, other numbers DOUBLE, and
     *     values without a Spark type STRING
     * @return this builder
     * @throws IllegalArgumentException if it is not the schema of an object
     */
    public Builder jsonSchema(String schema) {
      resultType = SparkSchemas.type(Objects.requireNonNull(schema, "jsonSchema"));
      jsonSchema = schema;
      return this;
    }

    /**
     * Constrains answers to JSON of a type; the output then has the typed field {@code result}.
     *
     * @param type the type, such as {@code StructType.fromDDL("name STRING, age INT")}; all its
     *     fields are in each answer
     * @return this builder
     * @throws IllegalArgumentException if JSON has no such type
     */
    public Builder resultType(StructType type) {
      jsonSchema = SparkSchemas.jsonSchema(type);
      resultType = type;
      return this;
    }

    /**
     * Sets the number of rows in flight per task, which are batched with those of the executor's
     * other tasks.
     *
     * @param value at least 1; 8 by default
     * @return this builder
     */
    public Builder rowsInFlight(int value) {
      rowsInFlight = value;
      return this;
    }

    /**
     * Builds the options.
     *
     * @return the options
     * @throws NullPointerException if there is no model
     * @throws IllegalArgumentException if a number is out of range
     */
    public Phi4SparkOptions build() {
      if (threads < 0 || contextLength < 0 || maxTokens < 0 || rowsInFlight < 1) {
        throw new IllegalArgumentException(
            "threads, contextLength and maxTokens must not be negative, and rowsInFlight must be"
                + " at least 1");
      }
      return new Phi4SparkOptions(this);
    }
  }
}
