package io.github.phi4j.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.testing.TinyModel;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Breakers as token sequences of the trained tiny model's vocabulary. */
final class SequenceBreakersTest {

  private static Generator generator;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    generator = Phi4.load(TinyModel.Q8_0.path());
    tokenizer = generator.tokenizer();
  }

  @AfterAll
  static void close() {
    generator.close();
  }

  @Test
  void everyTokenThatContainsABreakerIsOne() {
    List<String> texts = Sampling.Dry.DEFAULT_SEQUENCE_BREAKERS;
    SequenceBreakers breakers = SequenceBreakers.of(texts, tokenizer);
    int found = 0;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      String token = tokenizer.text(id);
      boolean holds = texts.stream().anyMatch(token::contains);
      assertThat(breakers.isBreaker(id)).as(token).isEqualTo(holds);
      found += holds ? 1 : 0;
    }
    assertThat(found).isGreaterThan(4);
  }

  @Test
  void aTokenThatEndsWithTheBeginningIsFollowedByTheRest() {
    String text = ".\nAnswer";
    SequenceBreakers breakers = SequenceBreakers.of(List.of(text), tokenizer);
    int dot = tokenizer.encode(".")[0];
    assertThat(breakers.isBreaker(dot)).isFalse();
    assertThat(List.of(breakers.tails(dot))).contains(tokenizer.encode("\nAnswer"));
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      for (int[] tail : breakers.tails(id)) {
        assertThat(tokenizer.text(id) + tokenizer.decode(tail)).contains(text);
      }
    }
  }

  @Test
  void withoutTextsThereAreNone() {
    assertThat(SequenceBreakers.of(List.of(), tokenizer).tails(0)).isEmpty();
  }
}
