package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.spark.docs.SparkExample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every function over small datasets, in this JVM. */
final class Phi4SparkTest {

  private static final String MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf")
          .toAbsolutePath()
          .toString();
  private static final StructType QUESTIONS = StructType.fromDDL("id BIGINT, prompt STRING");

  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Phi4SparkOptions.Builder options() {
    return Phi4SparkOptions.builder().model(MODEL).threads(1).maxTokens(12);
  }

  private static Dataset<Row> questions(String... prompts) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < prompts.length; i++) {
      rows.add(RowFactory.create((long) i, prompts[i]));
    }
    return spark.createDataFrame(rows, QUESTIONS);
  }

  private static Map<Long, Row> byId(Dataset<Row> rows, String column) {
    return rows.collectAsList().stream()
        .collect(
            Collectors.toMap(
                row -> row.<Long>getAs("id"), row -> row.getStruct(row.fieldIndex(column))));
  }

  @Test
  void answersAreThoseOfTheModelAndErrorsAreValues() {
    String tooLong = "word ".repeat(400);
    Phi4SparkOptions options = options().contextLength(128).system("Be brief.").build();
    Map<Long, Row> rows =
        byId(
            questions("What is 27 + 45?", tooLong, "What is 3 + 4?", null)
                .transform(Phi4Spark.generate(options)),
            "generated");

    try (Generator generator = Phi4.load(Path.of(MODEL))) {
      String alone =
          generator
              .generate(
                  Prompt.chat(Message.system("Be brief."), Message.user("What is 27 + 45?")),
                  GenerationOptions.builder().maxTokens(12).build())
              .text();
      assertThat(rows.get(0L).<String>getAs("text")).isEqualTo(alone);
    }
    assertThat(rows.get(0L).<Integer>getAs("completionTokens")).isPositive();
    assertThat(rows.get(0L).<String>getAs("error")).isNull();
    assertThat(rows.get(1L).<String>getAs("error")).contains("128");
    assertThat(rows.get(1L).<String>getAs("text")).isNull();
    assertThat(rows.get(2L).<String>getAs("error")).isNull();
    assertThat(rows.get(3L).<String>getAs("error")).contains("null");
  }

  @Test
  void aSeedComesFromTheRowsId() {
    Phi4SparkOptions options = options().temperature(2).build();
    Dataset<Row> rows = questions("Hi", "Hi", "Hi", "Hi", "Hi", "Hi");
    Map<Long, Row> once = byId(rows.transform(Phi4Spark.generate(options)), "generated");
    Map<Long, Row> again =
        byId(rows.repartition(3).transform(Phi4Spark.generate(options)), "generated");

    assertThat(again).isEqualTo(once);
    assertThat(once.values().stream().map(row -> row.getAs("text")).distinct().count())
        .isGreaterThan(1);
  }

  @Test
  void answersOfASchemaAreStructs() {
    Phi4SparkOptions typed =
        options().maxTokens(200).resultType(StructType.fromDDL("first INT, exact BOOLEAN")).build();
    Row row =
        byId(questions("What is 27 + 45?").transform(Phi4Spark.generate(typed)), "generated")
            .get(0L);
    Row result = row.getAs("result");

    assertThat(result.<Long>getAs("first")).isNotNull();
    assertThat(result.<Boolean>getAs("exact")).isNotNull();
    assertThat(
            SparkSchemas.type(
                SparkSchemas.jsonSchema(
                    StructType.fromDDL("a STRING, b ARRAY<BIGINT>, c STRUCT<d: DOUBLE>"))))
        .isEqualTo(StructType.fromDDL("a STRING, b ARRAY<BIGINT>, c STRUCT<d: DOUBLE>"));
    assertThatThrownBy(() -> SparkSchemas.type("{\"type\": \"string\"}"))
        .hasMessageContaining("object");
  }

  @Test
  void choicesScoresAndEmbeddingsAreColumns() {
    Dataset<Row> rows = questions("Is water wet?", "Is fire cold?");
    Row chosen =
        byId(rows.transform(Phi4Spark.choose(options().build(), List.of("Yes", "No"))), "generated")
            .get(0L);
    Row scored = byId(rows.transform(Phi4Spark.score(options().build())), "generated").get(0L);
    Row embedded =
        byId(rows.transform(Phi4Spark.embed(options().outputColumn("e").build())), "e").get(1L);

    List<Double> probabilities = chosen.getList(chosen.fieldIndex("probabilities"));
    assertThat(chosen.<String>getAs("choice")).isIn("Yes", "No");
    assertThat(probabilities.get(0) + probabilities.get(1)).isBetween(0.999, 1.001);
    assertThat(scored.<Double>getAs("logProb")).isNegative();
    assertThat(scored.<Integer>getAs("tokens")).isPositive();
    assertThat(embedded.getList(0)).hasSizeGreaterThan(8);
  }

  @Test
  void sqlHasTheFunctions() {
    Phi4Spark.register(spark, options().build());
    questions("What is 27 + 45?").createOrReplaceTempView("questions");
    Row row =
        spark
            .sql(
                "select phi4_generate(prompt).text, phi4_choose(prompt, array('Yes', 'No')),"
                    + " size(phi4_embed(prompt)) from questions")
            .first();

    assertThat(row.getString(0)).isNotEmpty();
    assertThat(row.getString(1)).isIn("Yes", "No");
    assertThat(row.getInt(2)).isPositive();
  }

  @Test
  void aJobGoesOnWhereItEnded(@TempDir Path folder) throws Exception {
    String input = folder.resolve("questions.parquet").toString();
    String output = folder.resolve("answers.jsonl").toString();
    questions("a", "b", "c").limit(2).write().parquet(input);
    Map<String, String> job =
        Map.of("model", MODEL, "input", input, "output", output, "threads", "1", "max-tokens", "4");
    Phi4Submit.run(spark, job);
    assertThat(spark.read().json(output).count()).isEqualTo(2);
    questions("a", "b", "c").write().mode("overwrite").parquet(input);
    Phi4Submit.run(spark, job);

    assertThat(spark.read().json(output).select("id").distinct().count()).isEqualTo(3);
    assertThat(spark.read().json(output).count()).isEqualTo(3);
    assertThatThrownBy(() -> Phi4Submit.main(new String[] {"--modle", "x"}))
        .hasMessageContaining("--modle");
  }

  @Test
  void aMissingModelEndsTheJob() {
    Phi4SparkOptions options = options().model("missing.gguf").build();
    assertThatThrownBy(() -> questions("Hi").transform(Phi4Spark.generate(options)).collectAsList())
        .hasStackTraceContaining("missing.gguf");
  }

  /** The program of docs/spark.md runs. */
  @Test
  void theExampleRuns() {
    SparkExample.main(new String[] {MODEL});
  }
}
