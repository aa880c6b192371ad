package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
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

/**
 * A job on a cluster of two executor processes of this machine, one of which is killed amid the
 * job. {@code -Dphi4j.spark.rows} sets how many rows it has.
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

  @Test
  void everyRowIsThereOnceAndAsOneProcessHasItThoughAnExecutorIsKilled() throws Exception {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    List<Row> questions = new ArrayList<>();
    for (long id = 0; id < ROWS; id++) {
      questions.add(RowFactory.create(id, prompt(id)));
    }
    Map<Long, String> alone = new HashMap<>();
    long aloneNanos = alone(questions, alone);
    Map<Long, String> answers = new HashMap<>();
    long clusterNanos = onCluster(questions, answers);

    assertThat(answers).hasSize(ROWS).isEqualTo(alone);
    System.out.printf(
        "%,d rows: one process %.1f s, the cluster %.1f s with a lost executor, ratio %.2f%n",
        ROWS, aloneNanos / 1e9, clusterNanos / 1e9, (double) aloneNanos / clusterNanos);
  }

  /** As a program without Spark does it, with the cores of both executors. */
  private static long alone(List<Row> questions, Map<Long, String> answers) throws Exception {
    try (Generator generator =
            Phi4.load(MODEL, LoadOptions.builder().threads(2).maxWaiting(ROWS).build());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      GenerationOptions options = GenerationOptions.builder().maxTokens(TOKENS).build();
      Semaphore window = new Semaphore(16);
      long start = System.nanoTime();
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
      for (var entry : running.entrySet()) {
        answers.put(entry.getKey(), entry.getValue().get());
      }
      return System.nanoTime() - start;
    }
  }

  private static long onCluster(List<Row> questions, Map<Long, String> answers) throws Exception {
    SparkSession spark =
        SparkSession.builder()
            .master("local-cluster[2,1,1024]")
            .config("spark.ui.enabled", false)
            .config("spark.executor.memory", "700m")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.executor.extraJavaOptions", "--add-modules jdk.incubator.vector")
            .config("spark.files", MODEL.toString())
            .getOrCreate();
    try {
      Phi4SparkOptions options =
          Phi4SparkOptions.builder()
              .model(MODEL.getFileName().toString())
              .threads(1)
              .maxTokens(TOKENS)
              .build();
      Dataset<Row> rows = spark.createDataFrame(questions, TYPE).repartition(16);
      long start = System.nanoTime();
      FutureTask<Boolean> killer = new FutureTask<>(() -> killOne(spark));
      Thread.ofVirtual().start(killer);
      for (Row row : rows.transform(Phi4Spark.generate(options)).collectAsList()) {
        Row generated = row.getStruct(2);
        assertThat(generated.<String>getAs("error")).isNull();
        assertThat(answers.put(row.getLong(0), generated.getAs("text"))).isNull();
      }
      long nanos = System.nanoTime() - start;
      assertThat(killer.get()).isTrue();
      return nanos;
    } finally {
      spark.stop();
    }
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
