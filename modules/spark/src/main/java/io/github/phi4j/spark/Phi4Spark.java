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
 * Adds what the model makes of each row to a dataset, for {@code Dataset.transform}:
 *
 * <pre>{@code
 * Dataset<Row> answered = questions.transform(Phi4Spark.generate(options));
 * }</pre>
 *
 * <p>Each executor loads the model once, and computes the rows of all its tasks together. A row's
 * result depends on the row, its id and the options alone: retries and other partitions give the
 * same. What fails for a row, such as a prompt that is too long, is told in the field {@code error}
 * of its column, and all else goes on; a model that cannot be loaded ends the job.
 */
public final class Phi4Spark {

  private Phi4Spark() {}

  /**
   * Answers each row's prompt. The column is a struct of text, reasoning, finishReason,
   * promptTokens, completionTokens and error; with a schema also of result, the answer's values.
   *
   * @param options what to ask
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
   * Chooses the most probable of some answers to each row's prompt. The column is a struct of
   * choice, probability, probabilities (of the alternatives in their order) and error.
   *
   * @param options what to ask
   * @param alternatives the answers
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> choose(
      Phi4SparkOptions options, List<String> alternatives) {
    return transform(options, Work.choose(List.copyOf(alternatives)));
  }

  /**
   * Tells how probable each row's text is, as it stands in the prompt's column. The column is a
   * struct of logProb (the sum), tokens (how many were scored) and error.
   *
   * @param options where the text is
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> score(Phi4SparkOptions options) {
    return transform(options, Work.score());
  }

  /**
   * Embeds each row's text, as it stands in the prompt's column. The column is a struct of
   * embedding and error.
   *
   * @param options where the text is
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> embed(Phi4SparkOptions options) {
    return transform(options, Work.embed());
  }

  /**
   * Leaves out rows that have a result, so that a job goes on where another ended.
   *
   * @param input all rows
   * @param written what was written so far, with the column of ids
   * @param idColumn the column that tells rows apart
   * @return the rows whose ids were not written
   */
  public static Dataset<Row> remaining(Dataset<Row> input, Dataset<Row> written, String idColumn) {
    return input.join(
        written.select(idColumn).distinct(),
        CollectionConverters.asScala(List.of(idColumn)).toSeq(),
        "left_anti");
  }

  /**
   * Registers the SQL functions {@code phi4_generate(prompt)}, {@code phi4_choose(prompt, array)},
   * {@code phi4_score(text)} and {@code phi4_embed(text)}, which give the structs of {@link
   * #generate}, {@link #choose}, {@link #score} and {@link #embed}, without {@code result}. Calls
   * of different tasks are computed together; those of one task one after the other, so that large
   * datasets are better served by the former. {@link Phi4SparkExtensions} registers them by
   * configuration.
   *
   * @param spark the session
   * @param options what to ask; columns do not matter, and seeds come from the prompts
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
      return rows.sortWithinPartitions(options.inputColumn()) // what begins alike is computed once
          .mapPartitions(new PartitionWork(options, work, progress), Encoders.row(type));
    };
  }
}
