package io.github.phi4j.spark;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Adds columns with a model's results to datasets, for {@code Dataset.transform}:
 *
 * <pre>{@code
 * Dataset<Row> answered = questions.transform(Phi4Spark.generate(options));
 * }</pre>
 *
 * <p>Each executor loads the model once, and batches the rows of all its tasks. A row's result
 * depends only on the row, its id and the options: retries and repartitioning do not change it. A
 * row's failure, such as a prompt that is too long, goes to the field {@code error} of its column,
 * and the job continues; a model that cannot be loaded fails the job.
 */
public final class Phi4Spark {

  private Phi4Spark() {}

  /**
   * Answers each row's prompt. The column is a struct of text, reasoning, finishReason,
   * promptTokens, completionTokens and error; with a schema also of result, the answer's values.
   *
   * @param options the options
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> generate(Phi4SparkOptions options) {
    Function1<Dataset<Row>, Dataset<Row>> answered = transform(options, Work.generate(options));
    if (options.resultType() == null) {
      return answered;
    }
    String column = options.outputColumn();
    return rows ->
        answered
            .apply(rows)
            .withColumn(
                column,
                functions
                    .col(column)
                    .withField(
                        "result",
                        functions.from_json(
                            functions.col(column).getField("text"), options.resultType())));
  }

  /**
   * Chooses the most probable of the given answers to each row's prompt. The column is a struct of
   * choice, probability, probabilities (of the alternatives in order) and error.
   *
   * @param options the options
   * @param alternatives the answers
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> choose(
      Phi4SparkOptions options, List<String> alternatives) {
    return transform(options, Work.choose(List.copyOf(alternatives)));
  }

  /**
   * Computes the log-probability of each row's text, verbatim from the prompt column. The column is
   * a struct of logProb (the sum), tokens (the number scored) and error.
   *
   * @param options the options
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> score(Phi4SparkOptions options) {
    return transform(options, Work.score());
  }

  /**
   * Embeds each row's text, verbatim from the prompt column. The column is a struct of embedding
   * and error.
   *
   * @param options the options
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> embed(Phi4SparkOptions options) {
    return transform(options, Work.embed());
  }

  /**
   * Drops rows that have a result already, to resume a job.
   *
   * @param input all rows
   * @param written the results so far, with the id column
   * @param idColumn the column with unique ids
   * @return the rows without a result
   */
  public static Dataset<Row> remaining(Dataset<Row> input, Dataset<Row> written, String idColumn) {
    return input.join(
        written.select(idColumn).distinct(),
        CollectionConverters.asScala(List.of(idColumn)).toSeq(),
        "left_anti");
  }

  /**
   * Registers the SQL functions {@code phi4_generate(prompt)}, {@code phi4_choose(prompt, array)},
   * {@code phi4_score(text)} and {@code phi4_embed(text)}, which return the structs of {@link
   * #generate}, {@link #choose}, {@link #score} and {@link #embed}, without {@code result}. Calls
   * of different tasks are batched, but each task makes one call at a time: prefer the methods
   * above for large datasets. {@link Phi4SparkExtensions} registers the functions by configuration.
   *
   * @param spark the session
   * @param options the options; columns are ignored, and seeds derive from the prompts
   */
  public static void register(SparkSession spark, Phi4SparkOptions options) {
    for (SqlFunctions function : SqlFunctions.values()) {
      spark.udf().register(function.sqlName, function.with(options));
    }
  }

  private static Function1<Dataset<Row>, Dataset<Row>> transform(
      Phi4SparkOptions options, Work work) {
    return rows -> {
      options.check(rows.schema());
      StructType type = rows.schema().add(options.outputColumn(), work.type());
      Progress progress = new Progress(rows.sparkSession().sparkContext());
      return rows.sortWithinPartitions(options.inputColumn()) // common prefixes are computed once
          .mapPartitions(new PartitionWork(options, work, progress), Encoders.row(type));
    };
  }
}
