package io.github.phi4j.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A job for {@code spark-submit}: answers the prompts of files, and goes on where an earlier run of
 * the same job ended.
 *
 * <pre>{@code
 * spark-submit --class io.github.phi4j.spark.Phi4Submit phi4j-spark.jar \
 *     --model /models/phi-4-Q4_K_M.gguf --input questions.parquet --output answers.parquet
 * }</pre>
 */
public final class Phi4Submit {

  private static final Set<String> OPTIONS =
      Set.of(
          "model",
          "input",
          "output",
          "format",
          "id-column",
          "prompt-column",
          "system",
          "max-tokens",
          "temperature",
          "top-p",
          "seed",
          "threads",
          "context-length",
          "json-schema",
          "result-type",
          "rows-in-flight");

  private Phi4Submit() {}

  /**
   * Runs the job.
   *
   * @param args pairs of {@code --option value}: model, input and output, and format (parquet, json
   *     or csv; that of the output's name unless set), id-column, prompt-column, system,
   *     max-tokens, temperature, top-p, seed, threads, context-length, json-schema or result-type
   *     (a struct's DDL), rows-in-flight
   * @throws IllegalArgumentException if an option is unknown, missing or wrong
   * @throws IOException if the output's folder cannot be looked at
   */
  public static void main(String[] args) throws IOException {
    Map<String, String> given = parse(args);
    SparkSession spark = SparkSession.builder().appName("phi4j").getOrCreate();
    try {
      run(spark, given);
    } finally {
      spark.stop();
    }
  }

  private static Map<String, String> parse(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (!OPTIONS.contains(name) || i + 1 == args.length) {
        throw new IllegalArgumentException(
            "expected --OPTION VALUE with one of " + OPTIONS + ", found " + args[i]);
      }
      given.put(name, args[i + 1]);
    }
    for (String needed : new String[] {"model", "input", "output"}) {
      if (!given.containsKey(needed)) {
        throw new IllegalArgumentException("--" + needed + " is missing");
      }
    }
    return given;
  }

  static void run(SparkSession spark, Map<String, String> given) throws IOException {
    String format = given.getOrDefault("format", format(given.get("output")));
    String output = given.get("output");
    String id = given.getOrDefault("id-column", "id");
    Dataset<Row> rows = read(spark, given.get("input"), format(given.get("input")));
    if (exists(spark, output)) {
      rows = Phi4Spark.remaining(rows, read(spark, output, format), id);
    }
    Dataset<Row> answered = rows.transform(Phi4Spark.generate(options(given)));
    if (format.equals("csv")) { // which has no structs
      answered = answered.select("*", "generated.*").drop("generated");
    }
    answered.write().mode(SaveMode.Append).format(format).option("header", true).save(output);
  }

  private static String format(String path) {
    String name = Path.of(path).getFileName().toString().toLowerCase(Locale.ROOT);
    String format = name.substring(name.lastIndexOf('.') + 1);
    return switch (format) {
      case "csv" -> "csv";
      case "json", "jsonl", "ndjson" -> "json";
      default -> "parquet";
    };
  }

  private static Dataset<Row> read(SparkSession spark, String path, String format) {
    return spark.read().format(format).option("header", true).load(path);
  }

  private static boolean exists(SparkSession spark, String path) throws IOException {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    org.apache.hadoop.fs.Path folder = new org.apache.hadoop.fs.Path(path);
    FileSystem files = folder.getFileSystem(hadoop);
    return files.exists(folder);
  }

  private static Phi4SparkOptions options(Map<String, String> given) {
    Phi4SparkOptions.Builder options = Phi4SparkOptions.builder();
    given.forEach((name, value) -> {
      switch (name) {
        case "model" -> options.model(value);
        case "id-column" -> options.idColumn(value);
        case "prompt-column" -> options.promptColumn(value);
        case "system" -> options.system(value);
        case "max-tokens" -> options.maxTokens(Integer.parseInt(value));
        case "temperature" -> options.temperature(Double.parseDouble(value));
        case "top-p" -> options.topP(Double.parseDouble(value));
        case "seed" -> options.seed(Long.parseLong(value));
        case "threads" -> options.threads(Integer.parseInt(value));
        case "context-length" -> options.contextLength(Integer.parseInt(value));
        case "json-schema" -> options.jsonSchema(value);
        case "result-type" -> options.resultType(StructType.fromDDL(value));
        case "rows-in-flight" -> options.rowsInFlight(Integer.parseInt(value));
        default -> {
          // Where the rows are.
        }
      }
    });
    return options.build();
  }
}
