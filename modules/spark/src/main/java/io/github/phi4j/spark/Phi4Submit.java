package io.github.phi4j.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A job for {@code spark-submit}: answers the prompts in files, and resumes an earlier run of the
 * same job.
 *
 * <pre>{@code
 * spark-submit --class io.github.phi4j.spark.Phi4Submit phi4j-spark.jar \
 *     --model /models/phi-4-Q4_K_M.gguf --input questions.parquet --output answers.parquet
 * }</pre>
 *
 * <p>A task's rows are in the output as soon as it ends, even if the job fails later. Rows whose
 * ids are in the output are not computed again, even if they have errors.
 */
public final class Phi4Submit {

  private static final String INPUT = "input";
  private static final String OUTPUT = "output";
  private static final String INPUT_FORMAT = "input-format";
  private static final String OUTPUT_FORMAT = "output-format";
  private static final String PARTITIONS = "partitions";
  private static final Set<String> OWN =
      Set.of(INPUT, OUTPUT, INPUT_FORMAT, OUTPUT_FORMAT, PARTITIONS);

  /** Line breaks within quotes, and doubled quotes, as in RFC 4180. */
  private static final Map<String, String> CSV =
      Map.of("header", "true", "multiLine", "true", "escape", "\"");

  private final Map<String, String> given = new HashMap<>();
  private final Phi4SparkOptions options;

  private Phi4Submit(Map<String, String> values) {
    Map<String, String> asked = new HashMap<>(values);
    for (String name : OWN) {
      if (asked.containsKey(name)) {
        given.put(name, asked.remove(name));
      }
    }
    options = NamedOptions.COMMAND_LINE.build(asked);
    for (String needed : List.of(INPUT, OUTPUT)) {
      if (!given.containsKey(needed)) {
        throw new IllegalArgumentException("--" + needed + " is missing");
      }
    }
  }

  /**
   * Runs the job.
   *
   * @param args pairs of {@code --option value}: input and output; input-format and output-format
   *     (parquet, json or csv; by default, from the file names); partitions (their number; by
   *     default, as Spark reads the rows); and the methods of {@link Phi4SparkOptions.Builder},
   *     such as model and max-tokens, with result-type as DDL
   * @throws IllegalArgumentException if an option is unknown, missing or invalid
   * @throws IOException if the output's folder cannot be read
   */
  public static void main(String[] args) throws IOException {
    Phi4Submit job = new Phi4Submit(parse(args));
    SparkSession spark = SparkSession.builder().appName("phi4j").getOrCreate();
    try {
      job.run(spark);
    } finally {
      spark.stop();
    }
  }

  private static Map<String, String> parse(String[] args) {
    Set<String> names = new TreeSet<>(OWN);
    names.addAll(NamedOptions.COMMAND_LINE.names());
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].startsWith("--")
          || !names.contains(args[i].substring(2))
          || i + 1 == args.length) {
        throw new IllegalArgumentException(
            "expected --OPTION VALUE with one of " + names + ", found " + args[i]);
      }
      values.put(args[i].substring(2), args[i + 1]);
    }
    return values;
  }

  static void run(SparkSession spark, Map<String, String> values) throws IOException {
    new Phi4Submit(values).run(spark);
  }

  private void run(SparkSession spark) throws IOException {
    String output = given.get(OUTPUT);
    String format = given.getOrDefault(OUTPUT_FORMAT, format(output));
    String inputFormat = given.getOrDefault(INPUT_FORMAT, format(given.get(INPUT)));
    Dataset<Row> rows =
        spark.read().format(inputFormat).options(settings(inputFormat)).load(given.get(INPUT));
    Path folder = new Path(output);
    if (folder.getFileSystem(spark.sparkContext().hadoopConfiguration()).exists(folder)) {
      StructType type = answered(rows, format).schema();
      Dataset<Row> written =
          spark.read().format(format).schema(type).options(settings(format)).load(output);
      rows = Phi4Spark.remaining(rows, written, options.idColumn());
    }
    if (given.containsKey(PARTITIONS)) {
      rows = rows.repartition(Integer.parseInt(given.get(PARTITIONS)));
    }
    answered(rows, format)
        .write()
        .mode(SaveMode.Append)
        .format(format)
        .options(settings(format))
        // Commits a task's files when the task ends, not with the job.
        .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
        .save(output);
  }

  private static Map<String, String> settings(String format) {
    return format.equals("csv") ? CSV : Map.of();
  }

  private Dataset<Row> answered(Dataset<Row> rows, String format) {
    Dataset<Row> answered = rows.transform(Phi4Spark.generate(options));
    return format.equals("csv") ? flat(answered) : answered;
  }

  /** Flattens rows for CSV: the answer's fields become columns, and nested values JSON. */
  private Dataset<Row> flat(Dataset<Row> answered) {
    String column = options.outputColumn();
    List<Column> columns = new ArrayList<>();
    Arrays.stream(answered.schema().fields())
        .filter(field -> !field.name().equals(column))
        .map(field -> plain(functions.col(field.name()), field))
        .forEach(columns::add);
    Arrays.stream(((StructType) answered.schema().apply(column).dataType()).fields())
        .map(field -> plain(functions.col(column).getField(field.name()), field))
        .forEach(columns::add);
    return answered.select(columns.toArray(Column[]::new));
  }

  private static Column plain(Column column, StructField field) {
    DataType type = field.dataType();
    boolean nested =
        type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
    return (nested ? functions.to_json(column) : column).as(field.name());
  }

  private static String format(String path) {
    String name =
        new Path(path)
            .getName()
            .toLowerCase(Locale.ROOT)
            .replaceFirst("\\.(gz|bz2|zst|lz4|snappy)$", "");
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "csv" -> "csv";
      case "json", "jsonl", "ndjson" -> "json";
      default -> "parquet";
    };
  }
}
