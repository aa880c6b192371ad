package io.github.phi4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A completion is a value: its own copy of the ids, compared by all components. */
final class CompletionTest {

  private static final Class<?>[] TYPES =
      Arrays.stream(Completion.class.getRecordComponents())
          .map(RecordComponent::getType)
          .toArray(Class<?>[]::new);

  /** Returns the components of a completion. */
  private static Object[] some() {
    return new Object[] {
      "text",
      "thoughts",
      List.of(),
      new int[] {7, 8},
      FinishReason.STOP,
      new Usage(1, 0, 2),
      new Timings(Duration.ZERO, 1, Duration.ZERO, 2, 0, 0),
      List.of(),
      List.of()
    };
  }

  /** Components that all differ from those of the other completion. */
  private static final Object[] OTHER = {
    "other",
    "others",
    List.of(new ToolCall("id", "name", "{}")),
    new int[] {7, 9},
    FinishReason.TIMEOUT,
    new Usage(1, 0, 3),
    new Timings(Duration.ZERO, 1, Duration.ofMillis(1), 2, 0, 0),
    List.of(new TokenLogProb(7, -1, List.of())),
    List.of("/pattern")
  };

  private static Completion of(Object... components) throws ReflectiveOperationException {
    return Completion.class.getConstructor(TYPES).newInstance(components);
  }

  @Test
  void equalityAndTextDependOnEveryComponent() throws ReflectiveOperationException {
    Completion completion = of(some());

    assertThat(completion).isEqualTo(of(some())).hasSameHashCodeAs(of(some()));
    for (int i = 0; i < TYPES.length; i++) {
      Object[] components = some();
      components[i] = OTHER[i];
      assertThat(of(components))
          .as(Completion.class.getRecordComponents()[i].getName())
          .isNotEqualTo(completion)
          .doesNotHaveToString(completion.toString());
    }
    assertThat(completion)
        .hasToString(
            "Completion{text=text, reasoning=thoughts, toolCalls=[], tokens=[7, 8],"
                + " finishReason=STOP, usage=Usage[promptTokens=1, cachedTokens=0,"
                + " completionTokens=2], timings="
                + completion.timings()
                + ", logProbs=[], unenforced=[]}");
  }

  @Test
  void theTokensAreUnshared() throws ReflectiveOperationException {
    Object[] components = some();
    int[] ids = (int[]) components[3];
    Completion completion = of(components);
    ids[0] = 1;
    completion.tokens()[1] = 1;

    assertThat(completion.tokens()).containsExactly(7, 8);
  }
}
