package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Utf8AccumulatorTest {

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void aCharacterAppearsWhenItsLastByteArrives() {
    Utf8Accumulator accumulator = new Utf8Accumulator();
    assertThat(accumulator.append(bytes('a', 0xf0, 0x9f))).isEqualTo("a");
    assertThat(accumulator.append(bytes(0x9a))).isEmpty();
    assertThat(accumulator.append(bytes(0x80, 'b'))).isEqualTo("🚀b");
    assertThat(accumulator.unfinished()).isFalse();
  }

  @Test
  void anUnfinishedCharacterAtTheEndIsDropped() {
    Utf8Accumulator accumulator = new Utf8Accumulator();
    assertThat(accumulator.append(bytes(0xe2, 0x82))).isEmpty();
    assertThat(accumulator.unfinished()).isTrue();
    accumulator.drop();
    assertThat(accumulator.unfinished()).isFalse();
    assertThat(accumulator.append(bytes('x'))).isEqualTo("x");
  }

  @Test
  void malformedBytesAreReplacedAsSoonAsTheyAreKnownToBe() {
    Utf8Accumulator accumulator = new Utf8Accumulator();
    assertThat(accumulator.append(bytes(0xff))).isEqualTo("\ufffd");
    assertThat(accumulator.append(bytes(0xe2))).isEmpty();
    assertThat(accumulator.append(bytes('a'))).isEqualTo("\ufffda");
    assertThat(accumulator.append(bytes(0xe0, 0x80))).isEqualTo("\ufffd\ufffd");
  }

  @Test
  void everyCutOfAnyBytesGivesWhatTheJdkMakesOfThemAtOnce() {
    Random random = new Random(29);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes;
      if (round % 2 == 0) {
        String text = Tokenizers.randomTexts(1, random.nextLong()).getFirst();
        bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && round % 4 == 0) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      } else {
        int[] likely = {'a', 0x80, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff};
        bytes = new byte[random.nextInt(200)];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) likely[random.nextInt(likely.length)];
        }
      }
      Utf8Accumulator accumulator = new Utf8Accumulator();
      StringBuilder text = new StringBuilder();
      for (int from = 0; from < bytes.length; ) {
        int to = Math.min(bytes.length, from + random.nextInt(random.nextInt(10) == 0 ? 150 : 5));
        text.append(accumulator.append(Arrays.copyOfRange(bytes, from, to)));
        assertThat(text.isEmpty() || !Character.isHighSurrogate(text.charAt(text.length() - 1)))
            .isTrue();
        from = to;
      }
      text.append(accumulator.unfinished() ? "\ufffd" : "");
      assertThat(text).hasToString(new String(bytes, StandardCharsets.UTF_8));
    }
  }
}
