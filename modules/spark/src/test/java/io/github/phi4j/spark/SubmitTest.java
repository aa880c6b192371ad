package io.github.phi4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job for spark-submit: formats, resuming, and the command. */
final class SubmitTest {

  private static final Path MODEL =
      Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf").toAbsolutePath();
  private static final StructType QUESTIONS = StructType.fromDDL("id BIGINT, prompt STRING");

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> questions(int count) {
    List<Row> rows = new ArrayList<>();
    for (long id = 0; id < count; id++) {
      rows.add(RowFactory.create(id, "He said:\n\"What is " + id + " + 45, then?\""));
    }
    return spark.createDataFrame(rows, QUESTIONS);
  }

  private Map<String, String> job(String input, String output, String... more) {
    Map<String, String> job = new HashMap<>();
    job.put("model", MODEL.toString());
    job.put("input", folder.resolve(input).toString());
    job.put("output", folder.resolve(output).toString());
    job.put("threads", "1");
    for (int i = 0; i < more.length; i += 2) {
      job.put(more[i], more[i + 1]);
    }
    return job;
  }

  private static Map<Long, String> texts(Dataset<Row> answers, String column) {
    Map<Long, String> texts = new HashMap<>();
    for (Row row : answers.selectExpr("cast(id as bigint)", column).collectAsList()) {
      assertThat(texts.put(row.getLong(0), row.getString(1))).as("id %d", row.getLong(0)).isNull();
    }
    return texts;
  }

  @Test
  void allFormatsAreReadAndWrittenAndAJobResumes() throws Exception {
    Map<String, Map<Long, String>> answers = new HashMap<>();
    for (String format : List.of("json", "csv")) { // and Parquet below
      String input = "questions." + format;
      Map<String, String> job = job(input, "answers." + format, "max-tokens", "4");
      for (int count : new int[] {2, 5}) {
        questions(count)
            .write()
            .mode("overwrite")
            .option("header", true)
            .option("escape", "\"")
            .format(format)
            .save(job.get("input"));
        Phi4Submit.run(spark, job);
      }
      Dataset<Row> written =
          spark
              .read()
              .format(format)
              .option("header", true)
              .option("escape", "\"")
              .option("multiLine", format.equals("csv"))
              .load(job.get("output"));
      answers.put(format, texts(written, format.equals("csv") ? "text" : "generated.text"));
      assertThat(written.where("prompt not like 'He said:\\n%then?\"'").count()).isZero();
    }

    assertThat(answers.get("json")).hasSize(5);
    assertThat(answers.get("csv")).isEqualTo(answers.get("json"));
  }

  @Test
  void aStructIsJsonInCsv() throws Exception {
    questions(2).write().json(folder.resolve("questions.json").toString());
    Map<String, String> job =
        job(
            "questions.json",
            "answers.csv",
            "result-type",
            "first INT, exact BOOLEAN, parts ARRAY<INT>",
            "max-tokens",
            "200");
    Phi4Submit.run(spark, job);
    Phi4Submit.run(spark, job);

    Dataset<Row> written =
        spark
            .read()
            .option("header", true)
            .option("escape", "\"")
            .option("multiLine", true)
            .csv(job.get("output"));
    assertThat(written.columns())
        .containsExactly(
            "id",
            "prompt",
            "text",
            "reasoning",
            "finishReason",
            "promptTokens",
            "completionTokens",
            "error",
            "result");
    assertThat(texts(written, "result").values())
        .hasSize(2)
        .allSatisfy(json -> assertThat(json).startsWith("{\"first\":").contains("\"exact\":"));
  }

  @Test
  void finishedRowsOfAStoppedJobAreKept() throws Exception {
    int count = 60;
    questions(count).write().parquet(folder.resolve("questions.parquet").toString());
    Map<String, String> job =
        job("questions.parquet", "answers.parquet", "partitions", "20", "max-tokens", "12");
    Path output = Path.of(job.get("output"));
    FutureTask<Void> stopper =
        new FutureTask<>(() -> {
          while (files(output) < 3) {
            Thread.sleep(5);
          }
          spark.sparkContext().cancelAllJobs();
          return null;
        });
    Thread.ofVirtual().start(stopper);
    assertThatThrownBy(() -> Phi4Submit.run(spark, job)).hasStackTraceContaining("cancelled");
    stopper.get();
    long first = spark.read().parquet(job.get("output")).count();
    assertThat(first).isBetween(3L, (long) count - 1);

    Phi4Submit.run(spark, job);
    assertThat(texts(spark.read().parquet(job.get("output")), "generated.text")).hasSize(count);
  }

  /** Returns the number of finished files in an output. */
  private static long files(Path output) throws IOException {
    if (!Files.exists(output)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(output)) {
      return files.filter(file -> file.getFileName().toString().startsWith("part-")).count();
    }
  }

  @Test
  void wrongArgumentsAreRefusedWithTheReason() {
    assertThatThrownBy(() -> Phi4Submit.main(new String[] {"--modle", "x"}))
        .hasMessageContaining("--modle")
        .hasMessageContaining("model");
    assertThatThrownBy(() -> Phi4Submit.main(new String[] {"--model", "x", "--input", "y"}))
        .hasMessage("--output is missing");
    assertThatThrownBy(() ->
            Phi4Submit.main(
                new String[] {"--model", "x", "--input", "y", "--output", "z", "--top-p", "much"}))
        .hasMessageContaining("--top-p cannot be \"much\"");
  }

  /**
   * The command of docs/spark.md, on a cluster whose executor gets the jars and the model from the
   * driver.
   */
  @Test
  void sparkSubmitRunsTheJob() throws Exception {
    questions(3).write().json(folder.resolve("questions.jsonl").toString());
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    List<String> sparks = new ArrayList<>();
    List<String> ours = new ArrayList<>();
    for (String entry :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      boolean own = Files.isDirectory(path) || entry.contains("phi4j") || entry.contains("jtokkit");
      if (!own) {
        sparks.add(entry);
      } else if (Files.isDirectory(path)) {
        ours.add(jar(path, folder.resolve("ours-" + ours.size() + ".jar")));
      } else {
        ours.add(entry);
      }
    }
    String cluster = String.join(java.io.File.pathSeparator, sparks);
    Map<String, String> job = job("questions.jsonl", "answers.jsonl", "max-tokens", "4");
    job.put("model", MODEL.getFileName().toString());
    List<String> command = new ArrayList<>(List.of(java(), "-cp", cluster));
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", "local-cluster[1,1,1024]"));
    command.addAll(List.of("--class", Phi4Submit.class.getName()));
    command.addAll(List.of("--files", MODEL.toString()));
    command.addAll(List.of("--jars", String.join(",", ours.subList(1, ours.size()))));
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--conf", "spark.executor.memory=700m"));
    command.addAll(List.of("--conf", "spark.executor.extraClassPath=" + cluster));
    command.addAll(
        List.of("--conf", "spark.executor.extraJavaOptions=--add-modules jdk.incubator.vector"));
    command.add(ours.getFirst());
    job.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
    Path log = folder.resolve("log");
    Process submit =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(submit.waitFor(5, TimeUnit.MINUTES)).isTrue();

    assertThat(submit.exitValue()).as(() -> read(log)).isZero();
    assertThat(texts(spark.read().json(job.get("output")), "generated.text")).hasSize(3);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String jar(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = classes.relativize(path).toString().replace('\\', '/');
        out.putNextEntry(new ZipEntry(name));
        Files.copy(path, out);
        out.closeEntry();
      }
    }
    return jar.toString();
  }
}
