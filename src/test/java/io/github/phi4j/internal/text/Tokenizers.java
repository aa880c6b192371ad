package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.gguf.GgufMetadata;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** Tokenizers for tests, read from files as a model's is. */
final class Tokenizers {

  private static final int[][] POOLS = {
    "abcXYZ '\n\r\t/.,!09sSrReEvVlLmMdDtT\u017f".codePoints().toArray(),
    range(0x20, 0x7f),
    range(0, 0x250),
    "\u000b\u000c\u001c\u0085\u00a0\u1680\u180e\u2000\u200b\u2028\u2029\u3000\ufeff \r\n\ta1!"
        .codePoints()
        .toArray(),
    range(0x300, 0x370),
    range(0x600, 0x700),
    range(0x900, 0x980),
    range(0x4e00, 0x4f00),
    range(0x1f300, 0x1f700),
    {0x1f468, 0x200d, 0x1f469, 0x1f3fd, 0xfe0f, 0x1f1e9, 0x1f1ea, 0x20e3},
    range(0xd800, 0xe000),
    range(0, Character.MAX_CODE_POINT + 1)
  };

  private Tokenizers() {}

  /** phi-4's tokenizer. */
  static GgufTokenizer phi4() {
    return Phi4.TOKENIZER;
  }

  /** phi-4-mini's tokenizer. */
  static GgufTokenizer mini() {
    return Mini.TOKENIZER;
  }

  private static final class Phi4 {
    static final GgufTokenizer TOKENIZER = read(Vocabularies.putPhi4(new GgufWriter()));
  }

  private static final class Mini {
    static final GgufTokenizer TOKENIZER = read(Vocabularies.putMini(new GgufWriter()));
  }

  static GgufTokenizer read(GgufWriter writer) {
    return read(writer, Optional.empty(), new ArrayList<>());
  }

  static GgufTokenizer read(GgufWriter writer, Optional<ChatFormat> chosen, List<String> findings) {
    return with(writer, metadata -> GgufTokenizer.read(metadata, chosen, findings::add));
  }

  /** Reads something from a file's metadata; the file is gone when this returns. */
  static <T> T with(GgufWriter writer, Function<GgufMetadata, T> reading) {
    return with(writer.toBytes(), reading);
  }

  /** As {@link #with(GgufWriter, Function)}, of a file with these bytes. */
  static <T> T with(byte[] bytes, Function<GgufMetadata, T> reading) {
    try {
      Path file = Files.createTempFile("vocabulary", ".gguf");
      try (Arena arena = Arena.ofConfined()) {
        return reading.apply(GgufFile.open(Files.write(file, bytes), arena).metadata());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Texts of all planes, of marks, controls, emoji sequences, white space and broken surrogates.
   */
  static List<String> randomTexts(int count, long seed) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] first = POOLS[random.nextInt(POOLS.length)];
      int[] second = POOLS[random.nextInt(POOLS.length)];
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(40); n >= 0; n--) {
        int[] pool = random.nextInt(3) == 0 ? second : first;
        text.appendCodePoint(pool[random.nextInt(pool.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  private static int[] range(int from, int to) {
    int[] range = new int[to - from];
    for (int i = 0; i < range.length; i++) {
      range[i] = from + i;
    }
    return range;
  }
}
