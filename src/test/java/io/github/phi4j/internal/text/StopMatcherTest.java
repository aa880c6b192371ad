package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StopMatcherTest {

  @Test
  void withoutStopStringsEverythingIsReleasedAtOnce() {
    StopMatcher matcher = new StopMatcher(List.of());
    assertThat(matcher.append("abc")).isEqualTo("abc");
    assertThat(matcher.append("")).isEmpty();
    assertThat(matcher.flush()).isEmpty();
    assertThat(matcher.isMatched()).isFalse();
  }

  @Test
  void aStopStringAcrossPartsIsNotReleased() {
    StopMatcher matcher = new StopMatcher(List.of("END"));
    assertThat(matcher.append("the E")).isEqualTo("the ");
    assertThat(matcher.append("N")).isEmpty();
    assertThat(matcher.append("D of")).isEmpty();
    assertThat(matcher.isMatched()).isTrue();
    assertThat(matcher.append("more")).isEmpty();
    assertThat(matcher.flush()).isEmpty();
  }

  @Test
  void whatWasHeldBackInVainIsReleased() {
    StopMatcher matcher = new StopMatcher(List.of("\n\nUser:"));
    assertThat(matcher.append("a\n\nUs")).isEqualTo("a");
    assertThat(matcher.append("e")).isEmpty();
    assertThat(matcher.append("d\n")).isEqualTo("\n\nUsed");
    assertThat(matcher.flush()).isEqualTo("\n");
  }

  @Test
  void onlyTheShortestPossibleSuffixIsHeldBack() {
    StopMatcher matcher = new StopMatcher(List.of("aab"));
    assertThat(matcher.append("aaaa")).isEqualTo("aa");
    assertThat(matcher.append("b")).isEmpty();
    assertThat(matcher.isMatched()).isTrue();
  }

  @Test
  void theStringThatIsCompleteFirstIsFound() {
    StopMatcher matcher = new StopMatcher(List.of("abcd", "bc"));
    assertThat(matcher.append("xabcd")).isEqualTo("xa");
    assertThat(matcher.isMatched()).isTrue();
  }

  @Test
  void ofStringsThatEndTogetherTheLongestIsFound() {
    StopMatcher matcher = new StopMatcher(List.of("c", "abc", "bc"));
    assertThat(matcher.append("xabc")).isEqualTo("x");
  }

  @Test
  void anEmptyStopStringIsRefused() {
    List<String> stops = List.of("a", "");
    assertThatIllegalArgumentException().isThrownBy(() -> new StopMatcher(stops));
  }

  @Test
  void everyCutOfATextGivesWhatASearchThroughTheWholeTextGives() {
    Random random = new Random(23);
    for (int round = 0; round < 20_000; round++) {
      List<String> stops = new ArrayList<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        stops.add(text(random, 1 + random.nextInt(5)));
      }
      String text = text(random, random.nextInt(30));
      int end = end(text, stops);
      StopMatcher matcher = new StopMatcher(stops);
      StringBuilder released = new StringBuilder();
      int fed = 0;
      while (fed < text.length()) {
        int next = fed + 1 + random.nextInt(Math.min(6, text.length() - fed));
        released.append(matcher.append(text.substring(fed, next)));
        fed = next;
        if (!matcher.isMatched()) {
          assertThat(released).hasToString(text.substring(0, fed - held(text, fed, stops)));
        }
      }
      released.append(matcher.flush());
      assertThat(matcher.isMatched()).as("%s in %s", stops, text).isEqualTo(end >= 0);
      assertThat(released)
          .as("%s in %s", stops, text)
          .hasToString(end < 0 ? text : text.substring(0, end - longestAt(text, end, stops)));
    }
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(2)));
    }
    return text.toString();
  }

  /** Where the first complete stop string ends, or -1. */
  private static int end(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      if (longestAt(text, end, stops) > 0) {
        return end;
      }
    }
    return -1;
  }

  private static int longestAt(String text, int end, List<String> stops) {
    String head = text.substring(0, end);
    return stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
  }

  private static int held(String text, int end, List<String> stops) {
    for (int length = Math.min(end, 5); length > 0; length--) {
      String suffix = text.substring(end - length, end);
      if (stops.stream().anyMatch(stop -> stop.startsWith(suffix))) {
        return length;
      }
    }
    return 0;
  }
}
