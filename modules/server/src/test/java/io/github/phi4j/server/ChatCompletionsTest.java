package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChatCompletionsTest {

  private static final String PATH = "/v1/chat/completions";
  private static final String QUESTION =
      "'messages': [{'role': 'user', 'content': 'What is 27 + 45?'}]";
  private static final String TOOLS =
      "'tools': [{'type': 'function', 'function': {'name': 'get_weather', 'description': 'Weather',"
          + " 'parameters': {'type': 'object', 'properties': {'city': {'type': 'string',"
          + " 'maxLength': 12}}, 'required': ['city'], 'additionalProperties': false}}}]";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Completion direct(Message... messages) {
    return server.generator.generate(Prompt.chat(messages));
  }

  private static String text(List<JsonNode> events, int choice) {
    return events.stream()
        .flatMap(event -> event.path("choices").valueStream())
        .filter(each -> each.path("index").asInt() == choice)
        .map(each -> each.path("delta").path("content").asText(""))
        .collect(Collectors.joining());
  }

  @Test
  void answersWithTheTextOfTheGenerator() {
    Completion expected = direct(Message.user("What is 27 + 45?"));

    JsonNode answer = server.post(PATH, "{" + QUESTION + ", 'model': 'phi-4'}").body();

    assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
    assertThat(answer.path("model").asText()).isEqualTo("phi-4");
    assertThat(answer.path("id").asText()).startsWith("chatcmpl-");
    JsonNode choice = answer.path("choices").path(0);
    assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
    assertThat(choice.path("message").path("content").asText()).isEqualTo(expected.text());
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    JsonNode usage = answer.path("usage");
    assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(expected.usage().promptTokens());
    assertThat(usage.path("completion_tokens").asInt())
        .isEqualTo(expected.usage().completionTokens());
    assertThat(usage.path("total_tokens").asInt()).isEqualTo(expected.usage().totalTokens());
    assertThat(usage.path("prompt_tokens_details").path("cached_tokens").isInt()).isTrue();
  }

  @Test
  void streamsTheSameText() throws IOException {
    String expected = direct(Message.user("What is 27 + 45?")).text();

    List<JsonNode> events = server.events(PATH, "{" + QUESTION + ", 'stream': true}");

    assertThat(text(events, 0)).isEqualTo(expected);
    assertThat(events.getFirst().path("choices").path(0).path("delta").path("role").asText())
        .isEqualTo("assistant");
    assertThat(events.getLast().path("choices").path(0).path("finish_reason").asText())
        .isEqualTo("stop");
    assertThat(events.stream().map(each -> each.path("id").asText()).distinct()).hasSize(1);
    assertThat(events).noneMatch(each -> each.has("usage"));
  }

  @Test
  void aStreamHasItsUsageOnRequest() throws IOException {
    List<JsonNode> events =
        server.events(
            PATH, "{" + QUESTION + ", 'stream': true, 'stream_options': {'include_usage': true}}");

    assertThat(events.getLast().path("choices").isEmpty()).isTrue();
    assertThat(events.getLast().path("usage").path("total_tokens").asInt()).isPositive();
    assertThat(events.getFirst().path("usage").isNull()).isTrue();
  }

  @Test
  void samplingOptionsOfTheRequestApply() {
    Completion expected =
        server.generator.generate(
            Prompt.chat(Message.user("Tell me a story.")),
            GenerationOptions.builder()
                .maxTokens(30)
                .sampling(
                    Sampling.builder()
                        .temperature(0.9f)
                        .topP(0.9f)
                        .topK(30)
                        .minP(0.02f)
                        .frequencyPenalty(0.3f)
                        .seed(7)
                        .build())
                .build());

    JsonNode answer =
        server
            .post(
                PATH,
                "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'Tell me a"
                    + " story.'}]}], 'temperature': 0.9, 'top_p': 0.9, 'top_k': 30, 'min_p': 0.02,"
                    + " 'frequency_penalty': 0.3, 'seed': 7, 'max_completion_tokens': 30}")
            .body();

    assertThat(answer.at("/choices/0/message/content").asText()).isEqualTo(expected.text());
  }

  @Test
  void severalChoicesAreTheSamplesOfTheGenerator() throws IOException {
    String request =
        "{'messages': [{'role': 'user', 'content': 'Tell me a story.'}], 'n': 3, 'temperature': 1,"
            + " 'seed': 5, 'max_tokens': 12";
    List<String> expected =
        server
            .generator
            .generate(
                Prompt.chat(Message.user("Tell me a story.")),
                GenerationOptions.builder()
                    .maxTokens(12)
                    .sampling(Sampling.builder().temperature(1).seed(5).build())
                    .build(),
                3)
            .stream()
            .map(Completion::text)
            .toList();

    JsonNode answer = server.post(PATH, request + "}").body();
    List<JsonNode> events = server.events(PATH, request + ", 'stream': true}");

    for (int i = 0; i < 3; i++) {
      assertThat(answer.at("/choices/" + i + "/message/content").asText())
          .isEqualTo(expected.get(i));
      assertThat(text(events, i)).isEqualTo(expected.get(i));
    }
  }

  @Test
  void stopsAtAStopStringAndAtTheLimit() {
    String whole = direct(Message.user("What is 27 + 45?")).text();
    String stop = whole.substring(8, 12).replace("\n", "\\n");

    JsonNode stopped = server.post(PATH, "{" + QUESTION + ", 'stop': ['" + stop + "', '']}").body();
    JsonNode limited = server.post(PATH, "{" + QUESTION + ", 'max_tokens': 3}").body();

    assertThat(stopped.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(whole).startsWith(stopped.at("/choices/0/message/content").asText());
    assertThat(stopped.at("/choices/0/message/content").asText()).isNotEqualTo(whole);
    assertThat(limited.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(limited.at("/usage/completion_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void returnsLogProbabilities() throws IOException {
    String request = "{" + QUESTION + ", 'logprobs': true, 'top_logprobs': 3, 'max_tokens': 5";

    JsonNode whole = server.post(PATH, request + "}").body().at("/choices/0/logprobs/content");
    List<JsonNode> streamed =
        server.events(PATH, request + ", 'stream': true}").stream()
            .flatMap(each -> each.at("/choices/0/logprobs/content").valueStream())
            .toList();

    assertThat(whole).hasSize(5);
    assertThat(streamed).containsExactlyElementsOf(whole);
    for (JsonNode token : whole) {
      assertThat(token.path("logprob").asDouble()).isLessThanOrEqualTo(0);
      assertThat(token.path("top_logprobs")).hasSize(3);
      // Greedy sampling takes the first of them.
      assertThat(token.path("top_logprobs").path(0).path("token")).isEqualTo(token.path("token"));
      assertThat(token.path("bytes").isArray()).isTrue();
    }
  }

  @Test
  void answersFollowAJsonSchema() throws IOException {
    String schema =
        "{'type': 'object', 'properties': {'sum': {'type': 'integer'}}, 'required': ['sum'],"
            + " 'additionalProperties': false}";

    JsonNode answer =
        server
            .post(
                PATH,
                "{"
                    + QUESTION
                    + ", 'response_format': {'type': 'json_schema', 'json_schema':"
                    + " {'name': 'sum', 'strict': true, 'schema': "
                    + schema
                    + "}}, 'max_tokens': 60}")
            .body();

    JsonNode value = TestServer.JSON.readTree(answer.at("/choices/0/message/content").asText());
    assertThat(value.path("sum").isInt()).isTrue();
    assertThat(value).hasSize(1);
  }

  @Test
  void answersFollowALlamaCppGrammar() {
    String request = "{" + QUESTION + ", 'grammar': 'root ::= #yes# | #no#'}";

    JsonNode answer = server.postRaw(PATH, request.replace('\'', '"').replace("#", "\\\"")).body();

    assertThat(answer.at("/choices/0/message/content").asText()).isIn("yes", "no");
  }

  @Test
  void aRequiredToolIsCalled() throws IOException {
    String request =
        "{"
            + QUESTION
            + ", "
            + TOOLS
            + ", 'tool_choice': 'required', 'seed': 1, 'parallel_tool_calls': false, 'max_tokens':"
            + " 80";

    JsonNode whole = server.post(PATH, request + "}").body().path("choices").path(0);
    List<JsonNode> events = server.events(PATH, request + ", 'stream': true}");

    assertThat(whole.path("finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(whole.at("/message/content").isNull()).isTrue();
    JsonNode call = whole.at("/message/tool_calls/0");
    assertThat(call.path("type").asText()).isEqualTo("function");
    assertThat(call.path("id").asText()).isNotBlank();
    assertThat(call.at("/function/name").asText()).isEqualTo("get_weather");
    assertThat(
            TestServer.JSON
                .readTree(call.at("/function/arguments").asText())
                .path("city")
                .isTextual())
        .isTrue();

    String arguments =
        events.stream()
            .map(each -> each.at("/choices/0/delta/tool_calls/0/function/arguments").asText(""))
            .collect(Collectors.joining());
    assertThat(arguments).isEqualTo(call.at("/function/arguments").asText());
    List<JsonNode> parts =
        events.stream()
            .map(each -> each.at("/choices/0/delta/tool_calls/0"))
            .filter(each -> !each.isMissingNode())
            .toList();
    assertThat(parts).hasSizeGreaterThan(3);
    assertThat(parts.getFirst().path("id").asText()).isEqualTo(call.path("id").asText());
    assertThat(parts.getFirst().path("type").asText()).isEqualTo("function");
    assertThat(parts.getFirst().at("/function/name").asText()).isEqualTo("get_weather");
    assertThat(parts.getFirst().at("/function/arguments").asText()).isEmpty();
    assertThat(parts.subList(1, parts.size()))
        .allSatisfy(part -> {
          assertThat(part.path("index").asInt()).isZero();
          assertThat(part.has("id")).isFalse();
          assertThat(part.at("/function/arguments").asText()).isNotEmpty();
        });
    assertThat(events.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
  }

  @Test
  void aTruncatedCallEndsWithReasonLength() throws IOException {
    String call =
        "{" + QUESTION + ", " + TOOLS + ", 'tool_choice': 'required', 'seed': 1, 'max_tokens': ";
    int tokens = server.post(PATH, call + "80}").body().at("/usage/completion_tokens").asInt();
    String request = call + (tokens - 4);

    JsonNode whole = server.post(PATH, request + "}").body().path("choices").path(0);
    List<JsonNode> events = server.events(PATH, request + ", 'stream': true}");

    assertThat(whole.path("finish_reason").asText()).isEqualTo("length");
    assertThat(events.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("length");
  }

  @Test
  void toolResultsAreAccepted() {
    JsonNode answer =
        server
            .post(
                PATH,
                "{'messages': [{'role': 'user', 'content': 'Weather?'}, {'role': 'assistant',"
                    + " 'content': null, 'tool_calls': [{'id': 'a', 'type': 'function', 'function':"
                    + " {'name': 'get_weather', 'arguments': '{}'}}]}, {'role': 'tool',"
                    + " 'tool_call_id': 'a', 'content': 'sunny'}], "
                    + TOOLS
                    + ", 'tool_choice': 'none', 'max_tokens': 4}")
            .body();

    assertThat(answer.at("/choices/0/message/role").asText()).isEqualTo("assistant");
  }

  @Test
  void aHalfWrittenAnswerIsContinued() {
    String whole = direct(Message.user("What is 27 + 45?")).text();
    String begun = whole.substring(0, 5);

    JsonNode answer =
        server
            .post(
                PATH,
                "{'messages': [{'role': 'user', 'content': 'What is 27 + 45?'}, {'role':"
                    + " 'assistant', 'content': '"
                    + begun.replace("\n", "\\n")
                    + "'}]}")
            .body();

    assertThat(begun + answer.at("/choices/0/message/content").asText()).isEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|messages|missing_required_parameter",
        "{'messages': []}|messages|invalid_value",
        "{'messages': 'hi'}|messages|invalid_type",
        "{'messages': [1]}|messages[0]|invalid_type",
        "{'messages': [{'role': 'user'}]}|messages[0].content|missing_required_parameter",
        "{'messages': [{'content': 'x'}]}|messages[0].role|missing_required_parameter",
        "{'messages': [{'role': 'robot', 'content': 'x'}]}|messages[0].role|invalid_value",
        "{'messages': [{'role': 'user', 'content': 7}]}|messages[0].content|invalid_type",
        "{'messages': [{'role': 'user', 'content': [{'type': 'image_url', 'image_url':"
            + " {}}]}]}|messages[0].content[0].type|unsupported_content",
        "{Q, 'temperature': 'warm'}|temperature|invalid_type",
        "{Q, 'temperature': -1}|temperature|invalid_value",
        "{Q, 'temperature': 1e999}|temperature|invalid_value",
        "{Q, 'top_p': 1.5}|top_p|invalid_value",
        "{Q, 'n': 0}|n|invalid_value",
        "{Q, 'n': 1.5}|n|invalid_value",
        "{Q, 'n': 99999999999999999999}|n|invalid_value",
        "{Q, 'max_tokens': -7}|max_tokens|invalid_value",
        "{Q, 'stream': 'yes'}|stream|invalid_type",
        "{Q, 'stop': [1]}|stop[0]|invalid_type",
        "{Q, 'logit_bias': {'99999999': 1}}|logit_bias|invalid_value",
        "{Q, 'logit_bias': {'5': 'a'}}|logit_bias|invalid_value",
        "{Q, 'logit_bias': 5}|logit_bias|invalid_type",
        "{Q, 'top_logprobs': 3}|top_logprobs|invalid_value",
        "{Q, 'logprobs': true, 'top_logprobs': 21}|top_logprobs|invalid_value",
        "{Q, 'response_format': {'type': 'xml'}}|response_format.type|invalid_value",
        "{Q, 'response_format': {'type':"
            + " 'json_schema'}}|response_format.schema|missing_required_parameter",
        "{Q, 'response_format': {'type': 'json_object'}, 'grammar': 'root ::="
            + " [a-z]'}|response_format|conflicting_parameters",
        "{Q, 'tools': [{'type': 'web_search'}]}|tools[0].type|unsupported_parameter",
        "{Q, 'tools': [{'type': 'function', 'function':"
            + " {}}]}|tools[0].function.name|missing_required_parameter",
        "{Q, 'tools': [{'type': 'function', 'function': {'name': 'a"
            + " b'}}]}|tools[0].function.name|invalid_value",
        "{Q, 'tool_choice': 'required'}|tool_choice|invalid_value",
        "{Q, 'functions': [{'name': 'f'}]}|functions|unsupported_parameter",
        "{Q, 'store': true}|store|unsupported_parameter",
        "{Q, 'modalities': ['text', 'audio']}|modalities|unsupported_parameter",
        "{Q, 'reasoning_effort': 'huge'}|reasoning_effort|invalid_value",
        "{Q, 'model': 'gpt-4'}|model|model_not_found"
      })
  void namesTheFieldThatIsWrong(String request, String parameter, String code) {
    TestServer.Answer answer = server.post(PATH, request.replace("Q", QUESTION));

    assertThat(answer.status()).as(answer.http().body()).isBetween(400, 404);
    assertThat(answer.body().at("/error/param").asText()).isEqualTo(parameter);
    assertThat(answer.errorCode()).isEqualTo(code);
    assertThat(answer.body().at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(answer.body().at("/error/message").asText()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void unsupportedRequestsAreRefusedWithAStatus(boolean stream) {
    String rest = ", 'stream': " + stream + "}";

    TestServer.Answer tooLong =
        server.post(
            PATH,
            "{'messages': [{'role': 'user', 'content': '"
                + "many words ".repeat(2000)
                + "'}]"
                + rest);
    TestServer.Answer schema =
        server.post(
            PATH,
            "{"
                + QUESTION
                + ", 'response_format': {'type': 'json_schema', 'json_schema': {'name':"
                + " 's', 'schema': {'type': 'nonsense'}}}"
                + rest);
    TestServer.Answer grammar = server.post(PATH, "{" + QUESTION + ", 'grammar': 'root ='" + rest);

    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(tooLong.errorCode()).isEqualTo("context_length_exceeded");
    assertThat(schema.status()).isEqualTo(400);
    assertThat(schema.errorCode()).isEqualTo("invalid_grammar");
    assertThat(grammar.status()).isEqualTo(400);
  }

  @Test
  void unknownFieldsAreIgnored() {
    assertThat(
            server
                .post(
                    PATH,
                    "{"
                        + QUESTION
                        + ", 'max_tokens': 1, 'user': 'me', 'metadata': {}, 'wurst': [1]}")
                .status())
        .isEqualTo(200);
  }
}
