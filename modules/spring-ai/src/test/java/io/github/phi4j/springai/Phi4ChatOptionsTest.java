package io.github.phi4j.springai;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.ToolChoice;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.test.options.AbstractChatOptionsTests;

/** Spring AI's contract tests for options, and phi4j's additions. */
final class Phi4ChatOptionsTest
    extends AbstractChatOptionsTests<Phi4ChatOptions, Phi4ChatOptions.Builder> {

  @Override
  protected Class<Phi4ChatOptions> getConcreteOptionsClass() {
    return Phi4ChatOptions.class;
  }

  @Override
  protected Phi4ChatOptions.Builder readyToBuildBuilder() {
    return Phi4ChatOptions.builder();
  }

  private static Phi4ChatOptions full() {
    return Phi4ChatOptions.builder()
        .model("phi-4")
        .temperature(0.5)
        .topP(0.9)
        .topK(40)
        .frequencyPenalty(0.1)
        .presencePenalty(0.2)
        .maxTokens(100)
        .stopSequences(List.of("end"))
        .outputSchema("{\"type\": \"object\"}")
        .toolChoice(ToolChoice.required())
        .toolContext("user", "Ada")
        .seed(7L)
        .minP(0.05)
        .repeatPenalty(1.1)
        .logProbs(3)
        .reasoningBudget(200)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  @Test
  void everythingSurvivesMutation() {
    assertThat(full().mutate().build())
        .isEqualTo(full())
        .hasSameHashCodeAs(full())
        .usingRecursiveComparison()
        .isEqualTo(full());
    assertThat(full().mutate().clone().build()).isEqualTo(full());
  }

  @Test
  void setValuesWinInACombination() {
    Phi4ChatOptions.Builder some = Phi4ChatOptions.builder().temperature(0.7).seed(1L);
    assertThat(full().mutate().combineWith(some).build())
        .isEqualTo(full().mutate().temperature(0.7).seed(1L).build());
    assertThat(
            full().mutate().combineWith(ChatOptions.builder().maxTokens(5)).build().getMaxTokens())
        .isEqualTo(5);
  }
}
