package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedWeights;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Session;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.Vocabularies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrintableTest {

  private static final String HOSTILE = "\u001b[31mRED\u001b]0;pwn\u0007\n\u009b2J\u202e\u2028";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "'a b', 'a b'",
    "'日本 é 👨‍👩‍👧', '日本 é 👨\\u200d👩\\u200d👧'",
    "'x\u001b[31m', 'x\\u001b[31m'",
    "'\u0000\u007f\u0085\u009b', '\\u0000\\u007f\\u0085\\u009b'",
    "'a\nb\r\tc', 'a\\nb\\r\\tc'",
    "'\u202eevil\u2066\u2028\u2029', '\\u202eevil\\u2066\\u2028\\u2029'",
    "'\ud83d', '\\ud83d'",
    "'\udb40\udc41x', '\\U000e0041x'",
    "'\\u001b \\n', '\\u001b \\n'"
  })
  void whatIsNotForPrintingIsEscaped(String text, String printable) {
    assertThat(Printable.of(text)).isEqualTo(printable);
    assertThat(Printable.of(printable)).isEqualTo(printable);
  }

  @Test
  void allCharactersBecomePrintable() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      String printable = Printable.of("a" + Character.toString(point));
      assertThat(printable.chars().noneMatch(Character::isISOControl)).isTrue();
      assertThat(printable.lines().count()).isEqualTo(1);
    }
  }

  private static void assertPrintable(String text) {
    assertThat(text).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
  }

  /** Many messages quote texts of a file: none may control the terminal. */
  @Test
  void messagesContainNoEscapeSequencesOfTheFile() {
    List<GgufWriter> wrong =
        List.of(
            writer().string("general.architecture", HOSTILE),
            writer().string("phi3.rope.scaling.type", HOSTILE),
            writer().string("tokenizer.ggml.pre", HOSTILE),
            writer().string("tokenizer.ggml.model", HOSTILE),
            writer().element("tokenizer.ggml.tokens", 'A', HOSTILE),
            writer()
                .element("tokenizer.ggml.tokens", 350, HOSTILE)
                .element("tokenizer.ggml.tokens", 351, HOSTILE),
            writer().tensor(HOSTILE, new float[32], 32),
            writer().tensor(HOSTILE, 99, new byte[32], 32));
    for (GgufWriter writer : wrong) {
      Path file = writer.write(directory.resolve("wrong.gguf"));
      ModelException e = catchThrowableOfType(ModelException.class, () -> Phi4.load(file));
      assertThat(e).isNotNull();
      assertPrintable(e.getMessage());
      assertPrintable(e.found());
      assertPrintable(e.expected());
    }
  }

  @Test
  void findingsAndNamesContainNoneEither() {
    GgufWriter writer =
        writer()
            .string("general.name", HOSTILE)
            .strings("tokenizer.ggml.merges", List.of(HOSTILE, "t h"))
            .element("tokenizer.ggml.token_type", 351, Vocabularies.CONTROL)
            .element("tokenizer.ggml.tokens", 351, HOSTILE)
            .element("tokenizer.ggml.token_type", 350, Vocabularies.NORMAL)
            .element("tokenizer.ggml.tokens", 350, "<|" + HOSTILE + "|>")
            .element("tokenizer.ggml.token_type", 349, Vocabularies.NORMAL)
            .element("tokenizer.ggml.tokens", 349, "日" + HOSTILE)
            .uint32("tokenizer.ggml.eos_token_id", 351);
    Path file = writer.write(directory.resolve("model.gguf"));
    try (Generator generator = Phi4.load(file)) {
      assertPrintable(generator.info().name());
      assertThat(generator.info().findings()).hasSizeGreaterThan(3);
      generator.info().findings().forEach(PrintableTest::assertPrintable);
    }
    ModelInspection inspection = Phi4.inspect(file);
    assertThat(inspection.metadata())
        .containsEntry("general.name", new MetadataValue.Text(HOSTILE));
  }

  /** The tests' log goes to standard error. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no such names")
  void logLinesContainNoEscapeSequencesOfFileNames() {
    Path model = writer().write(directory.resolve("\u001b[31mmodel.gguf"));

    String printed = ForkedJvm.run(Names.class, directory, List.of(), model.toString());

    assertThat(printed).contains("u001b[31mmodel.gguf", "u001b[32msession", "u001b[33mfolder");
    assertPrintable(printed.replace("\n", ""));
  }

  /** Logs names of files: a session of a changed model, and packed weights. */
  static final class Names {
    private Names() {}

    public static void main(String[] args) throws IOException {
      Path model = Path.of(args[0]);
      Path saved = model.resolveSibling("\u001b[32msession");
      try (Generator generator = Phi4.load(model);
          Session session = generator.newSession()) {
        session.feed(1, 2, 3);
        session.save(saved);
      }
      Files.setLastModifiedTime(model, FileTime.fromMillis(1_000_000_000_000L));
      try (Generator generator = Phi4.load(model)) {
        generator.restore(saved).close();
      }
      Path folder = Files.createDirectory(model.resolveSibling("\u001b[33mfolder"));
      LoadOptions options =
          LoadOptions.builder().packedWeights(PackedWeights.FILE).packedFolder(folder).build();
      Phi4.load(model, options).close();
      System.out.println(Printable.of(folder.toString()));
    }
  }

  private static GgufWriter writer() {
    return RandomModel.phi4().writer();
  }
}
