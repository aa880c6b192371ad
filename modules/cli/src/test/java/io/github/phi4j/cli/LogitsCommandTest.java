package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogitsCommandTest {

  @TempDir private Path folder;
  private Path output;
  private final Shell shell = new Shell();

  @BeforeEach
  void chooseOutput() {
    output = folder.resolve("logits.f32");
  }

  private Shell.Result run(String input, String... more) {
    return shell
        .input(input)
        .run(
            Stream.concat(Stream.of("logits", "-o", output.toString()), Stream.of(more))
                .toArray(String[]::new));
  }

  private static float expected(int token, int position, int id) {
    return (float) Math.sin(token * 31.0 + id * 7.0 + position);
  }

  @Test
  void allPositionsAreAppendedAndEachSequenceStartsEmpty() throws IOException {
    Files.writeString(output, "old content that is longer than nothing");
    Shell.Result result = run("[1, 2]\n[]\n[3]\n", "--jsonl");

    assertThat(result).isEqualTo(new Shell.Result(0, "", ""));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(output)).order(ByteOrder.LITTLE_ENDIAN);
    int size = FakeModels.VOCABULARY_SIZE;
    assertThat(bytes.capacity()).isEqualTo(3 * size * Float.BYTES);
    for (int id = 0; id < size; id++) {
      assertThat(bytes.getFloat(id * 4)).isEqualTo(expected(1, 0, id));
      assertThat(bytes.getFloat((size + id) * 4)).isEqualTo(expected(2, 1, id));
      assertThat(bytes.getFloat((2 * size + id) * 4)).isEqualTo(expected(3, 0, id));
    }
  }

  @Test
  void oneSequenceCanBeGivenAsArguments() throws IOException {
    assertThat(run("", "1", "2").exitCode()).isZero();
    assertThat(Files.size(output)).isEqualTo(2L * FakeModels.VOCABULARY_SIZE * Float.BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "\"a\"", "[1", "[1.5]", "[\"1\"]", "[99999999999]", "[[1]]"})
  void aLineThatIsNotAnArrayOfIdsIsNamed(String line) throws IOException {
    Shell.Result result = run("[1]\n" + line + "\n", "--jsonl");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "phi4: standard input, line 2: found "
                + (line.isEmpty() ? "an empty line" : line)
                + "; expected a JSON array of token ids\n");
    assertThat(Files.size(output)).isEqualTo((long) FakeModels.VOCABULARY_SIZE * Float.BYTES);
  }

  @Test
  void anIdOutOfRangeIsNamedWithItsLine() {
    Shell.Result result = run("[1]\n[2, 9999]\n", "--jsonl");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("phi4: standard input, line 2: token id 9999 is out of range\n");
  }

  @Test
  void anOutputThatCannotBeWrittenIsNamed() {
    output = folder.resolve("no").resolve("logits.f32");
    Shell.Result result = run("[1]\n", "--jsonl");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("phi4: cannot write " + output + ": no such file or directory\n");
    assertThat(shell.models.loadedFile).isNull();
  }
}
