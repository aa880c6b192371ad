package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextFileTest {

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Test
  void byteOrderMarksAndCarriageReturnsAreNotPartOfLines(@TempDir Path folder) throws IOException {
    Path keys = Files.writeString(folder.resolve("keys.txt"), "\ufeffone\r\n\r\n two\t\r\nthree");
    assertThat(TextFile.lines(keys)).containsExactly("one", "two", "three");
  }

  @Test
  void aByteOrderMarkIsNotPartOfStandardInput() throws IOException {
    assertThat(TextFile.lines(in("\ufeffone\r\n\ufefftwo".getBytes(UTF_8))).lines())
        .containsExactly("one", "\ufefftwo");
    assertThat(TextFile.lines(in("é".getBytes(UTF_8))).lines()).containsExactly("é");
    assertThat(TextFile.lines(in(new byte[0])).lines()).isEmpty();
  }

  @Test
  void anEmptyLineNeedsNoByteAfterIt() throws IOException {
    InputStream line =
        new InputStream() {
          private boolean given;

          @Override
          public int read() {
            assertThat(given).as("a read that would block").isFalse();
            given = true;
            return '\n';
          }

          @Override
          public int read(byte[] target, int from, int length) {
            target[from] = (byte) read();
            return 1;
          }
        };
    assertThat(TextFile.lines(line).readLine()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
  void aByteOrderMarkOfAnotherEncodingIsNamed(String charset, @TempDir Path folder)
      throws IOException {
    byte[] bytes = "\ufeffHi\r\n".getBytes(Charset.forName(charset));
    Path file = Files.write(folder.resolve("prompt.txt"), bytes);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextFile.read(file.toString(), in(new byte[0])))
        .withMessage(file + " at byte 0: found UTF-16 text; expected UTF-8 text; save it as UTF-8");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextFile.lines(file))
        .withMessageContaining("UTF-16");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextFile.lines(in(bytes)))
        .withMessageStartingWith("standard input at byte 0: found UTF-16 text");
  }
}
