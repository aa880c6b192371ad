package io.github.phi4j.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import java.util.function.UnaryOperator;

/** The answers that LangChain4j's contract tests expect. */
final class ContractScript implements UnaryOperator<String> {

  private static final String WEATHER =
      "{\"name\": \"getWeather\", \"arguments\": {\"city\":\"Munich\"}}";
  private static final String TIME =
      "{\"name\": \"getTime\", \"arguments\": {\"country\":\"France\"}}";
  private static final String NOW = "{\"name\": \"get_current_time\", \"arguments\": {}}";

  private volatile boolean json; // not visible in the prompt

  /** Announces the next request. */
  void expect(ChatRequest request) {
    json =
        request.responseFormat() != null
            && request.responseFormat().type() == ResponseFormatType.JSON;
  }

  @Override
  public String apply(String prompt) {
    if (prompt.contains("Result of the tool call")) {
      return afterTools(prompt);
    } else if (prompt.contains("get_current_time")) {
      return calls(NOW);
    } else if (prompt.contains("getTime")) {
      return calls(WEATHER + ", " + TIME);
    } else if (prompt.contains("getWeather")) {
      return calls(WEATHER);
    } else if (json) {
      return "{\"city\": \"Berlin\"}";
    } else if (prompt.contains("Translate")) {
      return "Ich liebe dich";
    } else if (prompt.contains("favorite color")) {
      return "It is green.";
    } else if (prompt.contains("Hello World")) {
      return "Hello World";
    } else if (prompt.contains("story")) {
      return "Once upon a time there was a cat. ".repeat(8);
    }
    return "The capital of Germany is Berlin, and 2 + 2 = 4.";
  }

  private String afterTools(String prompt) {
    if (json) {
      return "{\"weather\": \"sunny\"}";
    } else if (prompt.contains("10:14")) {
      return "It is 10:14.";
    } else if (prompt.contains("14:35")) {
      return "It is sunny in Munich, and 14:35 in France.";
    }
    return "It is sunny in Munich.";
  }

  private static String calls(String calls) {
    return "{\"tool_calls\": [" + calls + "]}";
  }
}
