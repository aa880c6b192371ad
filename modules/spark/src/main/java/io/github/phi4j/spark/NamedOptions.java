package io.github.phi4j.spark;

import io.github.phi4j.api.KvCacheType;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.spark.sql.types.StructType;

/** Options keyed by setter name, as spelled in configurations and on command lines. */
enum NamedOptions {
  /** {@code spark.phi4j.maxTokens}. */
  CONFIGURATION("spark.phi4j.", false),

  /** {@code --max-tokens}. */
  COMMAND_LINE("--", true);

  private static final Map<String, BiConsumer<Phi4SparkOptions.Builder, String>> SETTERS =
      new TreeMap<>();

  static {
    SETTERS.put("model", Phi4SparkOptions.Builder::model);
    SETTERS.put("threads", (to, value) -> to.threads(Integer.parseInt(value)));
    SETTERS.put("contextLength", (to, value) -> to.contextLength(Integer.parseInt(value)));
    SETTERS.put(
        "kvCacheType",
        (to, value) -> to.kvCacheType(KvCacheType.valueOf(value.toUpperCase(Locale.ROOT))));
    SETTERS.put("idColumn", Phi4SparkOptions.Builder::idColumn);
    SETTERS.put("promptColumn", Phi4SparkOptions.Builder::promptColumn);
    SETTERS.put("messagesColumn", Phi4SparkOptions.Builder::messagesColumn);
    SETTERS.put("outputColumn", Phi4SparkOptions.Builder::outputColumn);
    SETTERS.put("system", Phi4SparkOptions.Builder::system);
    SETTERS.put("maxTokens", (to, value) -> to.maxTokens(Integer.parseInt(value)));
    SETTERS.put("temperature", (to, value) -> to.temperature(Double.parseDouble(value)));
    SETTERS.put("topP", (to, value) -> to.topP(Double.parseDouble(value)));
    SETTERS.put("seed", (to, value) -> to.seed(Long.parseLong(value)));
    SETTERS.put("jsonSchema", Phi4SparkOptions.Builder::jsonSchema);
    SETTERS.put("resultType", (to, value) -> to.resultType(StructType.fromDDL(value)));
    SETTERS.put("rowsInFlight", (to, value) -> to.rowsInFlight(Integer.parseInt(value)));
  }

  private final String prefix;
  private final boolean hyphens;

  NamedOptions(String prefix, boolean hyphens) {
    this.prefix = prefix;
    this.hyphens = hyphens;
  }

  private String spelling(String setter) {
    return hyphens ? setter.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT) : setter;
  }

  /** Returns all names, without the prefix. */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    SETTERS.keySet().forEach(name -> names.add(spelling(name)));
    return names;
  }

  /**
   * Builds options from values by name.
   *
   * @throws IllegalArgumentException if a name is unknown, a value invalid, or the model missing
   */
  Phi4SparkOptions build(Map<String, String> values) {
    Set<String> names = names();
    values.keySet().stream()
        .filter(name -> !names.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw new IllegalArgumentException(
              "unknown option " + prefix + name + "; expected one of " + names);
        });
    if (!values.containsKey("model")) {
      throw new IllegalArgumentException(prefix + "model is missing: the path of a GGUF file");
    }
    Phi4SparkOptions.Builder options = Phi4SparkOptions.builder();
    SETTERS.forEach((name, setter) -> {
      String value = values.get(spelling(name));
      if (value != null) {
        set(prefix + spelling(name), value, given -> setter.accept(options, given));
      }
    });
    return options.build();
  }

  private static void set(String name, String value, Consumer<String> setter) {
    try {
      setter.accept(value);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          name + " cannot be \"" + value + "\": " + e.getMessage(), e);
    }
  }
}
