package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.ContextMemoryException;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.spark.docs.SparkExample;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

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
            .config("spark.sql.datetime.java8API.enabled", true)
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
  void seedsDeriveFromTheRowsIds() {
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
  void answersOfATypeAreStructsOfIt() {
    String type =
        "a INT, b BOOLEAN, c BIGINT, d DOUBLE, e DATE, f ARRAY<STRING>, g STRUCT<h: SMALLINT>";
    Phi4SparkOptions typed =
        options().maxTokens(250).resultType(StructType.fromDDL(type)).system("Be brief.").build();
    Dataset<Row> rows =
        questions("What is 27 + 45?", "What is 3 + 4?").transform(Phi4Spark.generate(typed));

    StructType column = (StructType) rows.schema().apply("generated").dataType();
    assertThat(column.apply("result").dataType()).isEqualTo(StructType.fromDDL(type));
    for (Row row : byId(rows, "generated").values()) {
      Row result = row.getAs("result");
      if (row.getAs("finishReason").equals("STOP")) { // otherwise the answer is cut off
        assertThat(result.<Integer>getAs("a")).isNotNull();
        assertThat(result.<Boolean>getAs("b")).isNotNull();
        assertThat(result.<LocalDate>getAs("e")).isNotNull();
      }
    }
  }

  @Test
  void answersOfASchemaAreStructsToo() {
    Phi4SparkOptions typed =
        options()
            .maxTokens(100)
            .jsonSchema(
                """
                {"type": "object", "required": ["kind"],
                 "properties": {"kind": {"enum": ["sum"]}, "n": {"type": "integer"}}}\
                """)
            .build();
    Row row =
        byId(questions("What is 27 + 45?").transform(Phi4Spark.generate(typed)), "generated")
            .get(0L);
    assertThat(row.<Row>getAs("result").<String>getAs("kind")).isEqualTo("sum");

    assertThatThrownBy(() -> options().jsonSchema("{\"type\": \"string\"}"))
        .hasMessageContaining("object");
    assertThatThrownBy(() -> options().resultType(StructType.fromDDL("a BINARY")))
        .hasMessageContaining("binary");
    StructType every =
        StructType.fromDDL(
            "a STRING, b ARRAY<BIGINT>, c STRUCT<d: DOUBLE>, e TINYINT, f TIMESTAMP,"
                + " g MAP<STRING, FLOAT>");
    assertThat(options().resultType(every).build().resultType()).isEqualTo(every);
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
  void conversationsAreAnsweredAndInvalidOnesAreErrorsOfTheirRows() {
    Dataset<Row> rows =
        spark
            .range(3)
            .selectExpr(
                "id",
                "if(id = 2, null, array(named_struct('role', if(id = 1, 'boss', 'user'),"
                    + " 'content', 'What is 27 + 45?'))) messages");
    Map<Long, Row> answers =
        byId(
            rows.transform(Phi4Spark.generate(options().messagesColumn("messages").build())),
            "generated");

    assertThat(answers.get(0L).<String>getAs("text"))
        .isEqualTo(
            byId(
                    questions("What is 27 + 45?").transform(Phi4Spark.generate(options().build())),
                    "generated")
                .get(0L)
                .<String>getAs("text"));
    assertThat(answers.get(1L).<String>getAs("error")).contains("boss", "expected system");
    assertThat(answers.get(2L).<String>getAs("error")).contains("null in column messages");
  }

  @Test
  void outOfMemoryIsTheErrorOfARowAndABrokenModelIsNot() {
    for (Throwable failure :
        List.of(new ContextMemoryException("2 GB are needed"), new OutOfMemoryError("heap"))) {
      Row row = failing(failure);
      assertThat(row.<String>getAs(1))
          .isEqualTo(failure.getClass().getSimpleName() + ": " + failure.getMessage());
      assertThat(row.isNullAt(0)).isTrue();
    }
    GrammarException unusable = new GrammarException("a schema without meaning");
    assertThatThrownBy(() -> failing(unusable)).isSameAs(unusable);
  }

  private static Row failing(Throwable failure) {
    Work work =
        new Work(
            StructType.fromDDL("text STRING, error STRING"),
            (_, _, _) -> {
              if (failure instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) failure;
            });
    return work.run(null, null, null);
  }

  @Test
  void aCallRegistersSqlFunctions() {
    Phi4Spark.register(spark, options().maxTokens(2).build());
    Row row = spark.sql("select phi4_generate('What is 27 + 45?') answer").first().getStruct(0);
    assertThat(row.<Integer>getAs("completionTokens")).isEqualTo(2);
    assertThat(row.schema().fieldNames())
        .containsExactly(
            "text", "reasoning", "finishReason", "promptTokens", "completionTokens", "error");
  }

  @Test
  void progressIsCountedInSparksUi() throws Exception {
    CompletableFuture<Map<String, Object>> counts = new CompletableFuture<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onStageCompleted(SparkListenerStageCompleted stage) {
            Map<String, Object> found = new HashMap<>();
            CollectionConverters.asJava(stage.stageInfo().accumulables().values())
                .forEach(counter -> found.put(counter.name().get(), counter.value().get()));
            if (found.containsKey("phi4j rows")) {
              counts.complete(found);
            }
          }
        };
    spark.sparkContext().addSparkListener(listener);
    try {
      questions("a", null, "b").transform(Phi4Spark.generate(options().build())).collectAsList();
      assertThat(counts.get(60, TimeUnit.SECONDS))
          .containsEntry("phi4j rows", 3L)
          .containsEntry("phi4j errors", 1L);
    } finally {
      spark.sparkContext().removeSparkListener(listener);
    }
  }

  @Test
  void allTasksShareAThreadPerCore() {
    Phi4SparkOptions.Builder options = Phi4SparkOptions.builder().model(MODEL);
    Generator model = ExecutorModels.get(options.build());
    assertThat(model.threads()).isEqualTo(2); // of local[2]
    assertThat(ExecutorModels.get(options.maxTokens(3).build())).isSameAs(model);
  }

  @Test
  void aMissingColumnIsReportedBeforeTheJob() {
    assertThatThrownBy(() ->
            questions("a").transform(Phi4Spark.generate(options().promptColumn("text").build())))
        .hasMessageContaining("no column text")
        .hasMessageContaining("[id, prompt]");
    assertThatThrownBy(
            () -> questions("a").transform(Phi4Spark.embed(options().promptColumn("id").build())))
        .hasMessageContaining("bigint")
        .hasMessageContaining("expected string");
    assertThatThrownBy(
            () -> questions("a").transform(Phi4Spark.score(options().outputColumn("id").build())))
        .hasMessageContaining("outputColumn");
    assertThatThrownBy(() ->
            questions("a").transform(Phi4Spark.score(options().messagesColumn("prompt").build())))
        .hasMessageContaining("array<struct<role:string,content:string>>");
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
