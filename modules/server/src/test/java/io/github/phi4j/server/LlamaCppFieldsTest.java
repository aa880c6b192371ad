package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields that llama.cpp's server adds to OpenAI's. */
final class LlamaCppFieldsTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String QUESTION =
      "'messages': [{'role': 'user', 'content': 'What is 27 + 45?'}]";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void postSamplingProbabilitiesAreThoseOfTheDraw() throws IOException {
    String request =
        "{"
            + QUESTION
            + ", 'n_probs': 3, 'post_sampling_probs': true, 'temperature': 1.5, 'top_k': 2, 'seed':"
            + " 1, 'max_tokens': 6";

    JsonNode whole = server.post(CHAT, request + "}").body().at("/choices/0/logprobs/content");
    List<JsonNode> events = server.events(CHAT, request + ", 'stream': true}");

    assertThat(whole).hasSize(6);
    assertThat(whole)
        .allSatisfy(token -> {
          JsonNode best = token.path("top_probs");
          assertThat(best.size()).isBetween(1, 2); // what top-k leaves
          double sum = 0;
          for (JsonNode each : best) {
            sum += each.path("prob").asDouble();
          }
          assertThat(sum).isCloseTo(1, Offset.offset(1e-5));
          assertThat(best)
              .anySatisfy(each -> {
                assertThat(each.path("id")).isEqualTo(token.path("id"));
                assertThat(each.path("prob")).isEqualTo(token.path("prob"));
              });
          assertThat(token.path("logprob").isNumber()).isTrue();
        });
    assertThat(
            events.stream()
                .flatMap(each -> stream(each.at("/choices/0/logprobs/content")))
                .toList())
        .isEqualTo(stream(whole).toList());
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @Test
  void completionsHaveProbabilitiesInTheRequestedForm() {
    String request = "{'prompt': '27 + 45 =', 'max_tokens': 3, 'ignore_eos': true, ";

    JsonNode objects =
        server
            .post("/v1/completions", request + "'n_probs': 2, 'post_sampling_probs': true}")
            .body()
            .at("/choices/0/logprobs");
    JsonNode arrays =
        server.post("/v1/completions", request + "'logprobs': 2}").body().at("/choices/0/logprobs");

    assertThat(objects.path("content")).hasSize(3);
    assertThat(objects.at("/content/0/top_logprobs")).hasSize(2);
    assertThat(objects.at("/content/0/prob").asDouble()).isEqualTo(1); // greedy
    assertThat(arrays.path("tokens")).hasSize(3);
  }

  @Test
  void omittedSamplersAreOff() {
    String request = "{" + QUESTION + ", 'seed': 5, 'max_tokens': 8, 'temperature': 1.2, ";

    String without =
        text(request + "'samplers': ['temperature'], 'top_k': 1, 'repeat_penalty': 9}");
    String plain = text(request + "'top_p': 1, 'min_p': 0}");
    String greedy = text(request + "'samplers': ['top_k', 'temperature'], 'top_k': 1}");

    assertThat(without).isEqualTo(plain);
    assertThat(greedy).isEqualTo(text("{" + QUESTION + ", 'max_tokens': 8, 'temperature': 0}"));
  }

  private static String text(String request) {
    return server.post(CHAT, request).body().at("/choices/0/message/content").asText();
  }

  @Test
  void bothNamesRequestSeveralCompletions() {
    JsonNode answer = server.post(CHAT, "{" + QUESTION + ", 'n_cmpl': 3, 'max_tokens': 1}").body();

    assertThat(answer.path("choices")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'samplers': ['top_k', 'penalties']|samplers",
        "'samplers': ['infill']|samplers",
        "'min_keep': 3|min_keep",
        "'adaptive_target': 0.4|adaptive_target",
        "'return_progress': true|return_progress",
        "'reasoning_control': true|reasoning_control",
        "'sse_ping_interval': -1|sse_ping_interval",
        "'lora': [{'id': 0, 'scale': 1}]|lora",
        "'n_indent': 4|n_indent"
      },
      quoteCharacter = '"')
  void whatCannotBeHonouredIsRefused(String field, String parameter) {
    TestServer.Answer answer = server.post(CHAT, "{" + QUESTION + ", " + field + "}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/error/param").asText()).isEqualTo(parameter);
    assertThat(answer.errorCode()).isEqualTo("unsupported_parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'cache_prompt': false",
        "'n_keep': 4",
        "'n_cache_reuse': 256",
        "'return_tokens': true",
        "'response_fields': ['content']",
        "'min_keep': 0",
        "'id_slot': -1",
        "'return_progress': false",
        "'sse_ping_interval': 30",
        "'lora': []"
      })
  void whatHasNoInfluenceChangesNothing(String field) {
    String plain = text("{" + QUESTION + ", 'max_tokens': 8}");

    assertThat(text("{" + QUESTION + ", 'max_tokens': 8, " + field + "}")).isEqualTo(plain);
  }

  @Test
  void theRequestSetsTheHeartbeatInterval() {
    Fields fields = Fields.of(Json.object().put("sse_ping_interval", 7));

    assertThat(OptionFields.heartbeat(fields, Duration.ofSeconds(5)))
        .isEqualTo(Duration.ofSeconds(7));
    assertThat(OptionFields.heartbeat(Fields.of(Json.object()), Duration.ofSeconds(5)))
        .isEqualTo(Duration.ofSeconds(5));
  }
}
