package io.github.phi4j.springai;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Generator;
import org.junit.jupiter.api.AfterAll;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorIT;

/** Spring AI's own tests of tool calling, on the real engine. */
final class Phi4ToolCallingAdvisorIT extends AbstractToolCallingAdvisorIT {

  private static final Generator GENERATOR = Script.load(ChatFormat.PHI4);

  @AfterAll
  static void close() {
    GENERATOR.close();
  }

  @Override
  protected ChatModel getChatModel() {
    return Phi4ChatModel.builder()
        .generator(GENERATOR)
        .generationOptions(Script.options(GENERATOR, Phi4ToolCallingAdvisorIT::answer))
        .build();
  }

  private static String answer(String prompt) {
    if (prompt.contains("limit")) {
      return "The limit of calls is reached.";
    } else if (prompt.contains("Result of the tool call")) {
      return "It is 30 in San Francisco, 10 in Tokyo and 15 in Paris.";
    } else if (prompt.contains("San Francisco, Tokyo")) {
      return calls("San Francisco", "Tokyo", "Paris");
    }
    return calls("Tokyo");
  }

  private static String calls(String... cities) {
    StringBuilder calls = new StringBuilder();
    for (String city : cities) {
      calls
          .append(calls.isEmpty() ? "" : ", ")
          .append("{\"name\": \"getCurrentWeather\", \"arguments\": {\"lat\": 1, \"location\": \"")
          .append(city)
          .append("\", \"lon\": 2, \"unit\": \"C\"}}");
    }
    return "{\"tool_calls\": [" + calls + "]}";
  }
}
