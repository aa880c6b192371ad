package io.github.phi4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Message;
import io.github.phi4j.internal.text.GgufTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Past findings of fuzzing, and mutated valid inputs: a small part of {@link Fuzz}. */
final class FuzzTest {

  private static final int ROUNDS = 200;

  @ParameterizedTest
  @EnumSource
  void pastFindingsStayFixed(FuzzTarget target) throws IOException {
    Path folder = Path.of("src", "test", "resources", "fuzz", target.name());
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          target.run(Files.readAllBytes(file));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mutatedInputsAreAcceptedOrRefused(FuzzTarget target) {
    Random random = new Random(3);
    List<byte[]> seeds = target.seeds();
    seeds.forEach(target::run);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        input[random.nextInt(input.length)] = (byte) random.nextInt();
      }
      target.run(input);
    }
  }

  /** Texts of all kinds of messages in all formats, a hundred thousand messages in total. */
  @Test
  void noTextBecomesASpecialToken() {
    Random random = new Random(17);
    int messages = 0;
    byte[] choices = new byte[400];
    while (messages < 100_000) {
      for (ChatFormat format : ChatFormat.values()) {
        GgufTokenizer tokenizer = FuzzTarget.chatTokenizer(format);
        random.nextBytes(choices);
        Input input = new Input(choices);
        List<Message> hostile = new ArrayList<>();
        List<Message> plain = new ArrayList<>();
        while (hostile.size() < 24 && input.hasMore()) {
          int kind = input.choice(HostileMessages.KINDS);
          String split = Input.LIKELY.get(random.nextInt(Input.LIKELY.size()));
          int cut = random.nextInt(split.length() + 1);
          hostile.addAll(
              HostileMessages.turn(
                  kind, input.text() + split.substring(0, cut), input.text(), input.text()));
          hostile.addAll(HostileMessages.turn(1, split.substring(cut), "", ""));
          plain.addAll(HostileMessages.turn(kind, "x", "x", "x"));
          plain.addAll(HostileMessages.turn(1, "x", "", ""));
        }
        HostileMessages.check(tokenizer, hostile, plain, random.nextBoolean());
        messages += hostile.size();
      }
    }
    assertThat(messages).isGreaterThanOrEqualTo(100_000);
  }
}
