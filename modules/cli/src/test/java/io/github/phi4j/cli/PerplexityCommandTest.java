package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerplexityCommandTest {

  private static final String TEXT = "The quick brown fox jumps over the lazy dog, twice.";

  private final Shell shell = new Shell();

  /** A plain version of llama.cpp's loop, over the fake model's logits. */
  private static double[] plain(int[] tokens, int length, int chunks, int bos) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      for (int j = length / 2; j < length - 1; j++) {
        int seen = j == 0 && bos >= 0 ? bos : tokens[chunk * length + j];
        double normalizer = 0;
        for (int i = 0; i < FakeModels.VOCABULARY_SIZE; i++) {
          normalizer += Math.exp((float) Math.sin(seen * 31.0 + i * 7.0 + j));
        }
        int next = tokens[chunk * length + j + 1];
        double loss = Math.log(normalizer) - (float) Math.sin(seen * 31.0 + next * 7.0 + j);
        sum += loss;
        squares += loss * loss;
        count++;
      }
    }
    double mean = sum / count;
    double error = Math.sqrt((squares / count - mean * mean) / (count - 1));
    return new double[] {Math.exp(mean), error * Math.exp(mean)};
  }

  private static String line(double[] value) {
    return String.format(Locale.ROOT, "Final estimate: PPL = %.4f +/- %.5f", value[0], value[1]);
  }

  @Test
  void theSecondHalfOfEveryChunkIsScored(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), TEXT + "\n");
    int[] tokens = new ByteTokenizer(false).encode(TEXT);
    Shell.Result result = shell.run("perplexity", "-f", file.toString(), "-c", "16");

    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith(String.format(Locale.ROOT, "[1]%.4f,[2]", plain(tokens, 16, 1, -1)[0]))
        .endsWith("\n" + line(plain(tokens, 16, 3, -1)) + "\n")
        .hasLineCount(2);
    assertThat(shell.models.loadOptions.getFirst().contextLength()).hasValue(16);
    assertThat(shell.models.fed).hasSize(6);
    assertThat(shell.models.fed.get(2)).isEqualTo(Arrays.copyOfRange(tokens, 16, 24));
    assertThat(shell.models.fed.get(3)).isEqualTo(Arrays.copyOfRange(tokens, 24, 31));
  }

  @Test
  void chunksLimitsTheWork() {
    int[] tokens = new ByteTokenizer(false).encode(TEXT);
    Shell.Result result =
        shell.input(TEXT).run("perplexity", "-f", "-", "-c", "15", "--chunks", "2");

    assertThat(result.out()).endsWith(line(plain(tokens, 15, 2, -1)) + "\n");
  }

  @Test
  void aModelThatAddsBosGetsItAtTheStartOfEveryChunk() {
    shell.models.addsBos = true;
    int[] ids = new ByteTokenizer(false).encode(TEXT);
    int[] tokens = new int[ids.length + 1];
    tokens[0] = 256;
    System.arraycopy(ids, 0, tokens, 1, ids.length);
    Shell.Result result = shell.input(TEXT).run("perplexity", "-f", "-", "-c", "16");

    assertThat(result.out()).endsWith(line(plain(tokens, 16, 3, 256)) + "\n");
    assertThat(shell.models.fed.get(0)[0]).isEqualTo(256);
    assertThat(shell.models.fed.get(2)[0]).isEqualTo(256);
    assertThat(shell.models.fed.get(2)[1]).isEqualTo(tokens[17]);
  }

  @Test
  void aTextShorterThanTwoContextsIsRefused() {
    Shell.Result result = shell.input("short".getBytes(UTF_8)).run("perplexity", "-f", "-");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "phi4: standard input: found 5 tokens; expected at least two contexts of 512 tokens:"
                + " give a longer text or a smaller -c\n");
  }
}
