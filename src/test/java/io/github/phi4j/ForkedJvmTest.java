package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.internal.gguf.GgmlType;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.TinyModel;
import io.github.phi4j.testing.Vocabularies;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that could crash the JVM, and must not. */
final class ForkedJvmTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"half", "100 bytes"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not truncate mapped files")
  void truncatingTheFileDuringGenerationGivesAModelException(String cut) throws IOException {
    Path file = Files.copy(TinyModel.Q8_0.path(), directory.resolve("cut.gguf"));

    String printed = ForkedJvm.run(CutFile.class, directory, List.of(), file.toString(), cut);

    assertThat(printed)
        .contains("generating: " + file)
        .contains("feeding: " + file)
        .contains("cut short while it was open")
        .contains("closed");
  }

  /** Generates, and truncates its file from the sink. */
  static final class CutFile {
    private CutFile() {}

    public static void main(String[] args) {
      Path path = Path.of(args[0]);
      try (Generator generator = Phi4.load(path);
          Session session = generator.newSession()) {
        try {
          session.generate(
              Prompt.chat(Message.user("Tell me a story.")),
              GenerationOptions.builder().ignoreModelStop(true).maxTokens(400).build(),
              text -> {
                cut(path, args[1].equals("half"));
                return true;
              });
          throw new AssertionError("the generation went on as if nothing were amiss");
        } catch (ModelException e) {
          System.out.println("generating: " + e.getMessage());
        }
        try {
          session.feed(1, 2, 3);
          throw new AssertionError("feeding went on as if nothing were amiss");
        } catch (ModelException e) {
          System.out.println("feeding: " + e.getMessage());
        }
      }
      System.out.println("closed");
    }

    private static void cut(Path path, boolean half) {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(Math.min(file.length(), half ? 3_500_000 : 7_100_000));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void withoutTheOptimizingCompilerNoVectorsAreUsed() {
    String printed =
        ForkedJvm.run(
            Compiler.class,
            directory,
            List.of("-XX:TieredStopAtLevel=1"),
            TinyModel.Q8_0.path().toAbsolutePath().toString());

    assertThat(printed)
        .contains("without its optimizing compiler", "-XX:TieredStopAtLevel")
        .contains("Answer: 72");
  }

  /** Answers a question. */
  static final class Compiler {
    private Compiler() {}

    public static void main(String[] args) {
      try (Generator generator = Phi4.load(Path.of(args[0]))) {
        System.out.println(generator.generate("What is 27 + 45?").text());
      }
    }
  }

  @Test
  void generationTakesLittleHeap() {
    GgufWriter writer =
        RandomModel.phi4()
            .heads(2, 1, 32)
            .type(GgmlType.Q8_0)
            .vocabulary(100_352)
            .contextLength(2048)
            .writer();
    Path file = Vocabularies.putPhi4(writer).write(directory.resolve("large.gguf"));

    String printed = ForkedJvm.run(Heap.class, directory, List.of("-Xmx128m"), file.toString());

    assertThat(printed).contains("generated 5");
  }

  /** Loads a model with phi-4's vocabulary, reads a long prompt, and answers. */
  static final class Heap {
    private Heap() {}

    public static void main(String[] args) {
      try (Generator generator = Phi4.load(Path.of(args[0]));
          Session session = generator.newSession()) {
        session.feed(new int[128]);
        session.feed(new int[64], (position, logits) -> {});
        Completion completion =
            generator.generate(
                Prompt.chat(Message.user("Why is the sky blue? ".repeat(20))),
                GenerationOptions.builder().maxTokens(5).ignoreModelStop(true).build());
        System.out.println("generated " + completion.tokens().length);
      }
    }
  }
}
