package io.github.phi4j.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileWindowTest {

  @TempDir private Path folder;

  /**
   * Steps shorter than a piece, longer ones, whole pieces, and a file that ends before the first
   * step.
   */
  @ParameterizedTest
  @CsvSource({
    "4096, 700000, 6000000",
    "4096, 2097152, 9000000",
    "2097152, 5000000, 12582912",
    "2500000, 2093056, 8388608",
    "0, 1048576, 4194304",
    "4096, 100, 5000",
  })
  void putsEachByteInItsPlace(int from, int step, int length) throws IOException {
    byte[] expected = new byte[length];
    new Random(3).nextBytes(expected);
    Path path = folder.resolve("file");
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Arena arena = Arena.ofShared();
        FileWindow window = new FileWindow(channel, from, step, arena)) {
      for (int at = from; at < length; at += step) {
        int some = Math.min(step, length - at);
        MemorySegment.copy(MemorySegment.ofArray(expected), at, window.at(at, some), 0, some);
        window.write(at + some);
      }
      window.flush(length);
    }
    Arrays.fill(expected, 0, from, (byte) 0);
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  @Test
  void aWriteFailureIsThrownByALaterCall() throws IOException {
    Path path = Files.createFile(folder.resolve("file"));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ); // read-only
        Arena arena = Arena.ofShared();
        FileWindow window = new FileWindow(channel, 0, 4 << 20, arena)) {
      window.write(4 << 20);
      assertThatThrownBy(() -> window.flush(4 << 20)).isInstanceOf(RuntimeException.class);
    }
  }
}
