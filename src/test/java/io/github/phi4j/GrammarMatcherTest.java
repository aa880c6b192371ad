package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarMatcher;
import io.github.phi4j.testing.TinyModel;
import java.util.BitSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Texts against a grammar, token by token. */
final class GrammarMatcherTest {

  private static Generator tiny;

  @BeforeAll
  static void load() {
    tiny = Phi4.load(TinyModel.Q8_0.path());
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static int[] ids(String text) {
    return tiny.tokenizer().encode(text);
  }

  @Test
  void aTextIsFollowedToItsEndAndAgain() {
    GrammarMatcher matcher = tiny.matcher(Grammar.gbnf("root ::= [0-9]+ \" apples\""));
    for (int round = 0; round < 2; round++) {
      for (int id : ids("47 apples")) {
        assertThat(matcher.mayEnd()).isFalse();
        assertThat(matcher.allows(id)).isTrue();
        assertThat(BitSet.valueOf(matcher.allowed()).get(id)).isTrue();
        matcher.accept(id);
      }
      assertThat(matcher.mayEnd()).isTrue();
      matcher.reset();
    }
  }

  @Test
  void aTokenThatIsNotAllowedIsAWrongArgumentAndChangesNothing() {
    GrammarMatcher matcher = tiny.matcher(Grammar.gbnf("root ::= \"4\""));
    int size = tiny.info().vocabularySize();
    int end = tiny.tokenizer().stopTokens()[0];
    for (int wrong : new int[] {ids("x")[0], end, -1, size}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matcher.accept(wrong))
          .withMessageContaining(String.valueOf(wrong));
    }
    matcher.accept(ids("4")[0]);
    assertThat(matcher.mayEnd()).isTrue();
    assertThat(matcher.allows(end)).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> matcher.accept(end))
        .withMessageContaining(String.valueOf(end));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> matcher.allows(size))
        .withMessageContaining("from 0 to " + (size - 1));
  }
}
