package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A job on a cluster of two executor processes of this machine. {@code -Dphi4j.spark.rows} sets the
 * number of rows.
 */
final class ClusterTest {

  private static final int ROWS = Integer.getInteger("phi4j.spark.rows", 1_000);
  private static final int TOKENS = 4;
  private static final Path MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf").toAbsolutePath();
  private static final StructType TYPE = StructType.fromDDL("id BIGINT, prompt STRING");

  private static String prompt(long id) {
    return "What is " + id % 89 + " + " + id % 83 + "?";
  }

  private static List<Row> questions(int count) {
    List<Row> questions = new ArrayList<>();
    for (long id = 0; id < count; id++) {
      questions.add(RowFactory.create(id, prompt(id)));
    }
    return questions;
  }

  @Test
  void allRowsArePresentOnceAndUnchangedDespiteAKilledExecutor() throws Exception {
    List<Row> questions = questions(ROWS);
    Map<Long, String> expected;
    try (Generator generator = load()) {
      expected = alone(generator, questions);
    }
    SparkSession spark = cluster();
    try {
      FutureTask<Boolean> killer = new FutureTask<>(() -> killOne(spark));
      Thread.ofVirtual().start(killer);
      assertThat(onCluster(spark, questions)).hasSize(ROWS).isEqualTo(expected);
      assertThat(killer.get()).isTrue();
    } finally {
      spark.stop();
    }
  }

  /**
   * The same rows in one process and on the cluster, alternately, after warm-up: starting executors
   * and loading is not measured. {@code -Dphi4j.spark.rounds} sets the number of rounds.
   */
  @Test
  @EnabledIfSystemProperty(named = "phi4j.spark.rounds", matches = "\\d+")
  void throughput() throws Exception {
    List<Row> questions = questions(ROWS);
    List<Row> some = questions.subList(0, Math.min(ROWS, 2_000));
    List<Double> ratios = new ArrayList<>();
    SparkSession spark = cluster();
    try (Generator generator = load()) {
      alone(generator, some);
      onCluster(spark, some);
      for (int round = 0; round < Integer.getInteger("phi4j.spark.rounds"); round++) {
        long start = System.nanoTime();
        Map<Long, String> expected = alone(generator, questions);
        long between = System.nanoTime();
        assertThat(onCluster(spark, questions)).isEqualTo(expected);
        long end = System.nanoTime();
        ratios.add((double) (between - start) / (end - between));
        System.out.printf(
            "%,d rows: one process %.1f s, the cluster %.1f s, ratio %.2f%n",
            ROWS, (between - start) / 1e9, (end - between) / 1e9, ratios.getLast());
      }
    } finally {
      spark.stop();
    }
  }

  /** Loads the model with the cores of both executors. */
  private static Generator load() {
    return Phi4.load(MODEL, LoadOptions.builder().threads(2).maxWaiting(ROWS).build());
  }

  /** Generates without Spark, with as many rows in flight as the cluster. */
  private static Map<Long, String> alone(Generator generator, List<Row> questions)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      GenerationOptions options = GenerationOptions.builder().maxTokens(TOKENS).build();
      Semaphore window = new Semaphore(16);
      Map<Long, Future<String>> running = new HashMap<>();
      for (Row row : questions) {
        window.acquire();
        running.put(
            row.getLong(0),
            threads.submit(() -> {
              try {
                return generator
                    .generate(Prompt.chat(Message.user(row.getString(1))), options)
                    .text();
              } finally {
                window.release();
              }
            }));
      }
      Map<Long, String> answers = new HashMap<>();
      for (var entry : running.entrySet()) {
        answers.put(entry.getKey(), entry.getValue().get());
      }
      return answers;
    }
  }

  private static SparkSession cluster() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    return SparkSession.builder()
        .master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", false)
        .config("spark.executor.memory", "700m")
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.executor.extraJavaOptions", "--add-modules jdk.incubator.vector")
        .config("spark.files", MODEL.toString())
        .getOrCreate();
  }

  private static Map<Long, String> onCluster(SparkSession spark, List<Row> questions) {
    Phi4SparkOptions options =
        Phi4SparkOptions.builder().model(MODEL.getFileName().toString()).maxTokens(TOKENS).build();
    Dataset<Row> rows = spark.createDataFrame(questions, TYPE).repartition(16);
    Map<Long, String> answers = new HashMap<>();
    for (Row row : rows.transform(Phi4Spark.generate(options)).collectAsList()) {
      Row generated = row.getStruct(2);
      assertThat(generated.<String>getAs("error")).isNull();
      assertThat(answers.put(row.getLong(0), generated.getAs("text"))).isNull();
    }
    return answers;
  }

  /** Kills an executor process once some tasks are done. */
  private static boolean killOne(SparkSession spark) throws InterruptedException {
    while (finishedTasks(spark) < 2) {
      Thread.sleep(20);
    }
    // The cluster's workers are threads of this process, its executors the processes they start.
    List<ProcessHandle> executors =
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().command().filter(c -> c.endsWith("java")).isPresent())
            .toList();
    assertThat(executors).isNotEmpty();
    return executors.getFirst().destroyForcibly();
  }

  private static int finishedTasks(SparkSession spark) {
    var tracker = spark.sparkContext().statusTracker();
    int finished = 0;
    for (int stage : tracker.getActiveStageIds()) {
      finished += tracker.getStageInfo(stage).get().numCompletedTasks();
    }
    return finished;
  }
}
