package io.github.phi4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Drafts from earlier continuations of the same tokens. */
final class LookupTest {

  private final Lookup lookup = new Lookup(4);

  private int[] draft(int most, int... tokens) {
    if (lookup.level(tokens, tokens.length) < 0) {
      return null;
    }
    int[] out = new int[most];
    return Arrays.copyOf(out, lookup.propose(tokens, tokens.length, out, most));
  }

  @Test
  void aNewTokenHasNoContinuation() {
    assertThat(draft(4, 1, 2, 3)).isNull();
    assertThat(draft(4, 1)).isNull();
  }

  @Test
  void earlierContinuationsAreProposed() {
    assertThat(draft(3, 7, 8, 9, 10, 11, 5, 7, 8)).containsExactly(9, 10, 11);
  }

  @Test
  void theLongestMatchWinsAndOfEqualOnesTheLatest() {
    assertThat(draft(1, 1, 2, 3, 50, 9, 2, 3, 60, 1, 2, 3)).containsExactly(50);
    assertThat(draft(1, 2, 3, 50, 9, 2, 3, 60, 4, 2, 3)).containsExactly(60);
  }

  @Test
  void aLongerMatchIsSurer() {
    assertThat(lookup.level(new int[] {3, 1, 3}, 3)).isZero();
    assertThat(lookup.level(new int[] {2, 3, 1, 2, 3}, 5)).isEqualTo(1);
    int[] same = new int[100];
    assertThat(lookup.level(same, same.length)).isEqualTo(15);
  }

  @Test
  void aDraftMayRunIntoItself() {
    assertThat(draft(5, 1, 2, 1, 2)).containsExactly(1, 2, 1, 2, 1);
    assertThat(draft(3, 4, 4)).containsExactly(4, 4, 4);
  }
}
