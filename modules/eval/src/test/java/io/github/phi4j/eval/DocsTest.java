package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/evaluation.md run. */
class DocsTest {

  private static final Path PAGE = Path.of("../../docs/evaluation.md");

  @TempDir private Path folder;

  private static String block(String language) throws Exception {
    Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @Test
  void theProgramEvaluatesTheModel() throws Exception {
    String program =
        block("java").replace("models/", Path.of("../../models").toAbsolutePath() + "/");
    Path file = Files.writeString(folder.resolve("Program.java"), program);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output)
        .containsPattern("Estimate\\[value=(1\\.0|0\\.9).*questions=20, groups=20, samples=100]");
  }

  @Test
  void theTaskIsOne() throws Exception {
    Path file = Files.writeString(folder.resolve("capitals.yaml"), block("yaml"));
    Path data =
        Files.writeString(folder.resolve("capitals.csv"), "country,capital\nFrance,Paris\n");
    Task task = TaskDefinition.read(file).load(TaskOptions.builder().data(data).build());
    Item item = task.items().getFirst();
    assertThat(task.grade(item, Reply.of("I think.\nAnswer: Paris.")).score()).isEqualTo(1);
    assertThat(ScriptedModel.text(task.prompt(item))).startsWith("What is the capital of France?");
  }

  @Test
  void thePicturesAreThere() throws Exception {
    Matcher images = Pattern.compile("!\\[[^]]*]\\(([^)]+)\\)").matcher(Files.readString(PAGE));
    List<String> names = images.results().map(image -> image.group(1)).toList();
    assertThat(names).hasSize(4).allMatch(name -> Files.exists(PAGE.resolveSibling(name)));
  }
}
