package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenLogProb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
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
    StructType type =
        struct(
            field("text", DataTypes.StringType),
            field("reasoning", DataTypes.StringType),
            field("finishReason", DataTypes.StringType),
            field("promptTokens", DataTypes.IntegerType),
            field("completionTokens", DataTypes.IntegerType));
    RowWork work = (generator, row, cancellation) -> answer(options, generator, row, cancellation);
    Function1<Dataset<Row>, Dataset<Row>> answered = transform(options, type, work);
    if (options.jsonSchema() == null) {
      return answered;
    }
    StructType result = SparkSchemas.type(options.jsonSchema());
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
                        functions.from_json(functions.col(column).getField("text"), result)));
  }

  private static Object[] answer(
      Phi4SparkOptions options, Generator generator, Row row, Cancellation cancellation) {
    Completion completion =
        generator.generate(
            prompt(options, row), generation(options, id(options, row), cancellation));
    if (completion.finishReason() == FinishReason.CANCELLED) {
      throw new IllegalStateException("the task was killed");
    }
    return new Object[] {
      completion.text(),
      completion.reasoning().isEmpty() ? null : completion.reasoning(),
      completion.finishReason().name(),
      completion.usage().promptTokens(),
      completion.usage().completionTokens()
    };
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
    StructType type =
        struct(
            field("choice", DataTypes.StringType),
            field("probability", DataTypes.DoubleType),
            field("probabilities", DataTypes.createArrayType(DataTypes.DoubleType)));
    List<String> given = List.copyOf(alternatives);
    return transform(
        options,
        type,
        (generator, row, _) -> {
          List<Choice> choices = generator.choose(prompt(options, row), given);
          Choice best =
              choices.stream().max(Comparator.comparingDouble(Choice::probability)).orElseThrow();
          return new Object[] {
            best.text(),
            best.probability(),
            choices.stream().map(Choice::probability).toArray(Double[]::new)
          };
        });
  }

  /**
   * Tells how probable each row's text is, as it stands in the prompt's column. The column is a
   * struct of logProb (the sum), tokens (how many were scored) and error.
   *
   * @param options where the text is
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> score(Phi4SparkOptions options) {
    StructType type =
        struct(field("logProb", DataTypes.DoubleType), field("tokens", DataTypes.IntegerType));
    return transform(
        options,
        type,
        (generator, row, _) -> {
          List<TokenLogProb> tokens = generator.score(Prompt.raw(text(options, row)));
          double sum = tokens.stream().mapToDouble(TokenLogProb::logProb).sum();
          return new Object[] {sum, tokens.size()};
        });
  }

  /**
   * Embeds each row's text, as it stands in the prompt's column. The column is a struct of
   * embedding and error.
   *
   * @param options where the text is
   * @return the function that adds the column
   */
  public static Function1<Dataset<Row>, Dataset<Row>> embed(Phi4SparkOptions options) {
    StructType type = struct(field("embedding", DataTypes.createArrayType(DataTypes.FloatType)));
    return transform(
        options,
        type,
        (generator, row, _) ->
            new Object[] {boxed(generator.embed(List.of(text(options, row))).getFirst())});
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
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
   * Registers the SQL functions {@code phi4_generate(prompt)}, a struct of text, finishReason and
   * error, {@code phi4_choose(prompt, array)}, and {@code phi4_embed(text)}. Each call is computed
   * by itself, with those of other tasks; {@link #generate} also computes the rows of one task
   * together.
   *
   * @param spark the session
   * @param options what to ask; columns do not matter, and seeds come from the prompts
   */
  public static void register(SparkSession spark, Phi4SparkOptions options) {
    StructType answer =
        struct(field("text", DataTypes.StringType), field("finishReason", DataTypes.StringType))
            .add("error", DataTypes.StringType);
    UDF1<String, Row> generate =
        prompt -> {
          try {
            Completion completion =
                ExecutorModels.get(options)
                    .generate(
                        chat(options, prompt), generation(options, prompt, new Cancellation()));
            return RowFactory.create(completion.text(), completion.finishReason().name(), null);
          } catch (ModelException e) {
            throw e; // of no row in particular
          } catch (RuntimeException e) {
            return RowFactory.create(null, null, e.getMessage());
          }
        };
    UDF2<String, scala.collection.Seq<String>, String> choose =
        (prompt, alternatives) ->
            ExecutorModels.get(options)
                .choose(chat(options, prompt), CollectionConverters.asJava(alternatives))
                .stream()
                .max(Comparator.comparingDouble(Choice::probability))
                .orElseThrow()
                .text();
    UDF1<String, Float[]> embed =
        text -> boxed(ExecutorModels.get(options).embed(List.of(text)).getFirst());
    spark.udf().register("phi4_generate", generate, answer);
    spark.udf().register("phi4_choose", choose, DataTypes.StringType);
    spark.udf().register("phi4_embed", embed, DataTypes.createArrayType(DataTypes.FloatType));
  }

  private static Function1<Dataset<Row>, Dataset<Row>> transform(
      Phi4SparkOptions options, StructType added, RowWork work) {
    StructType column = added.add("error", DataTypes.StringType);
    return rows -> {
      StructType type = rows.schema().add(options.outputColumn(), column);
      Progress progress = new Progress(rows.sparkSession().sparkContext());
      String sorted =
          options.messagesColumn() == null ? options.promptColumn() : options.messagesColumn();
      return rows.sortWithinPartitions(functions.col(sorted)) // what begins alike is computed once
          .mapPartitions(
              new PartitionWork(options, work, column.size(), progress), Encoders.row(type));
    };
  }

  private static StructType struct(StructField... fields) {
    return DataTypes.createStructType(fields);
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  private static String id(Phi4SparkOptions options, Row row) {
    Object id = row.get(row.fieldIndex(options.idColumn()));
    if (id == null) {
      throw new IllegalArgumentException("the row has no id in column " + options.idColumn());
    }
    return id.toString();
  }

  private static String text(Phi4SparkOptions options, Row row) {
    String text = row.getString(row.fieldIndex(options.promptColumn()));
    if (text == null) {
      throw new IllegalArgumentException("the row has null in column " + options.promptColumn());
    }
    return text;
  }

  private static Prompt chat(Phi4SparkOptions options, String prompt) {
    return options.system() == null
        ? Prompt.chat(Message.user(prompt))
        : Prompt.chat(Message.system(options.system()), Message.user(prompt));
  }

  private static Prompt prompt(Phi4SparkOptions options, Row row) {
    if (options.messagesColumn() == null) {
      return chat(options, text(options, row));
    }
    List<Row> turns = row.getList(row.fieldIndex(options.messagesColumn()));
    List<Message> messages = new ArrayList<>();
    if (options.system() != null) {
      messages.add(Message.system(options.system()));
    }
    for (Row turn : turns) {
      String content = turn.getAs("content");
      String role = turn.getAs("role");
      messages.add(
          switch (role.toLowerCase(Locale.ROOT)) {
            case "system" -> Message.system(content);
            case "user" -> Message.user(content);
            case "assistant" -> Message.assistant(content);
            default ->
                throw new IllegalArgumentException(
                    "a message has the role " + role + "; expected system, user or assistant");
          });
    }
    return Prompt.chat(messages);
  }

  private static GenerationOptions generation(
      Phi4SparkOptions options, String id, Cancellation cancellation) {
    GenerationOptions.Builder generation =
        GenerationOptions.builder()
            .maxTokens(options.maxTokens())
            .cancellation(cancellation)
            .sampling(
                Sampling.builder()
                    .temperature(options.temperature())
                    .topP(options.topP())
                    .seed(options.seed(id))
                    .build());
    if (options.jsonSchema() != null) {
      generation.grammar(Grammar.jsonSchema(options.jsonSchema()));
    }
    return generation.build();
  }
}
