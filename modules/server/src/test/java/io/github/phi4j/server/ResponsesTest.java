package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ResponsesTest {

  private static final String PATH = "/v1/responses";
  private static final String TOOLS =
      "'tools': [{'type': 'function', 'name': 'get_weather', 'parameters': {'type': 'object',"
          + " 'properties': {'city': {'type': 'string', 'maxLength': 12}}, 'required': ['city'],"
          + " 'additionalProperties': false}}], 'tool_choice': 'required', 'parallel_tool_calls':"
          + " false, 'seed': 1";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Returns the events of a stream, each of which has its type twice. */
  private static List<JsonNode> events(String request) throws IOException {
    String body = server.post(PATH, request.replace("}$", ", 'stream': true}")).http().body();
    List<JsonNode> events = new ArrayList<>();
    for (String event : body.split("\n\n", -1)) {
      if (event.startsWith(":") || event.isEmpty()) {
        continue;
      }
      String[] lines = event.split("\n", -1);
      JsonNode data = TestServer.JSON.readTree(lines[1].substring("data: ".length()));
      assertThat(lines[0]).isEqualTo("event: " + data.path("type").asText());
      assertThat(data.path("sequence_number").asInt()).isEqualTo(events.size());
      events.add(data);
    }
    return events;
  }

  private static String joined(List<JsonNode> events, String type) {
    return events.stream()
        .filter(each -> each.path("type").asText().equals(type))
        .map(each -> each.path("delta").asText())
        .collect(Collectors.joining());
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(each -> each.path("type").asText()).distinct().toList();
  }

  @Test
  void argumentsOfACallAreStreamed() throws IOException {
    String request = "{'input': 'Weather?', " + TOOLS + ", 'max_output_tokens': 80}$";

    JsonNode whole = server.post(PATH, request.replace("$", "")).body().at("/output/0");
    List<JsonNode> events = events(request);

    assertThat(types(events))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed");
    String arguments = joined(events, "response.function_call_arguments.delta");
    assertThat(arguments).isEqualTo(whole.path("arguments").asText()).startsWith("{\"city\"");
    assertThat(events).hasSizeGreaterThan(8);
    JsonNode added = events.get(2).path("item");
    assertThat(added.path("name").asText()).isEqualTo("get_weather");
    assertThat(added.path("arguments").asText()).isEmpty();
    JsonNode item = events.getLast().at("/response/output/0");
    assertThat(item.path("arguments").asText()).isEqualTo(arguments);
    assertThat(item.path("call_id")).isEqualTo(whole.path("call_id"));
    assertThat(item.path("status").asText()).isEqualTo("completed");
  }

  @Test
  void aTruncatedCallIsIncomplete() throws IOException {
    String request = "{'input': 'Weather?', " + TOOLS + ", 'max_output_tokens': ";
    int tokens = server.post(PATH, request + "80}").body().at("/usage/output_tokens").asInt();
    List<JsonNode> events = events(request + (tokens - 4) + "}$");

    assertThat(types(events))
        .doesNotContain("response.function_call_arguments.done")
        .endsWith("response.output_item.done", "response.incomplete");
    JsonNode response = events.getLast().path("response");
    assertThat(response.path("status").asText()).isEqualTo("incomplete");
    assertThat(response.at("/output/0/status").asText()).isEqualTo("incomplete");
    assertThat(response.at("/output/0/type").asText()).isEqualTo("function_call");
  }

  @Test
  void aStreamedTextHasItsLogProbabilitiesPieceByPiece() throws IOException {
    List<JsonNode> events =
        events(
            "{'input': 'What is 27 + 45?', 'top_logprobs': 2, 'temperature': 0,"
                + " 'max_output_tokens': 6}$");

    List<JsonNode> told = new ArrayList<>();
    events.forEach(each -> each.path("logprobs").forEach(told::add));
    List<JsonNode> done = new ArrayList<>();
    events.getLast().at("/response/output/0/content/0/logprobs").forEach(done::add);
    assertThat(done).hasSize(6);
    assertThat(told.subList(0, 6)).isEqualTo(done); // then once more in the done event
    assertThat(events.getLast().at("/response/output/0/content/0/text").asText())
        .isEqualTo(joined(events, "response.output_text.delta"));
  }
}
