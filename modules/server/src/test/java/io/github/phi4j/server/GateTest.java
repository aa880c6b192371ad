package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GateTest {

  private static final String ASK =
      "{'messages': [{'role': 'user', 'content': 'Hi'}], 'max_tokens': 1}";

  private static TestServer server;
  private static TestServer locked;

  @BeforeAll
  static void start() {
    server = TestServer.start(settings -> settings.allowOrigin("https://chat.example"));
    locked = TestServer.start(settings -> settings.apiKeys("sesame", "second"));
  }

  @AfterAll
  static void stop() {
    locked.close();
    server.close();
  }

  private static int status(String response) {
    return Integer.parseInt(response.substring(9, 12));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "localhost, 200",
    "LOCALHOST, 200",
    "localhost., 200",
    "[::1], 200",
    "phi.localhost, 200",
    "127.0.0.1:99, 200",
    "evil.example, 403",
    "localhost.evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "192.168.0.7, 403",
    "user@localhost, 400",
    "localhost/x, 400",
    "a b, 400"
  })
  void answersForTheHostsOfLoopbackAlone(String host, int expected) throws IOException {
    String response =
        server.raw("GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

    assertThat(status(response)).isEqualTo(expected);
    assertThat(response).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000, 200", "http://127.0.0.1:8080, 200", "https://chat.example, 200",
    "https://evil.example, 403", "null, 403", "http://chat.example, 403",
    "http://localhost.evil.example, 403", "file://, 403", "https://chat.example.evil, 403"
  })
  void pagesOfOtherOriginsAreRefused(String origin, int expected) throws IOException {
    String response =
        server.raw(
            TestServer.wire("/v1/chat/completions", ASK, "Origin: " + origin, "Connection: close"));

    assertThat(status(response)).isEqualTo(expected);
    if (expected == 200) {
      assertThat(response).containsIgnoringCase("Access-Control-Allow-Origin: " + origin);
    } else {
      assertThat(response).doesNotContainIgnoringCase("Access-Control-Allow-Origin");
    }
  }

  @Test
  void crossSiteRequestsWithoutAnOriginAreRefused() throws IOException {
    String response =
        server.raw(
            TestServer.head(
                "GET /v1/models HTTP/1.1",
                "Host: localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Mode: no-cors",
                "Connection: close"));

    assertThat(status(response)).isEqualTo(403);
  }

  @Test
  void preflightRequestsAreAnswered() throws IOException {
    String request =
        TestServer.head(
            "OPTIONS /v1/chat/completions HTTP/1.1",
            "Host: localhost",
            "Origin: %s",
            "Access-Control-Request-Headers: authorization, x-stainless-os",
            "Connection: close");

    String allowed = locked.raw(request.formatted("http://localhost:3000"));
    String refused = locked.raw(request.formatted("https://evil.example"));

    assertThat(status(allowed)).isEqualTo(204);
    assertThat(allowed)
        .containsIgnoringCase("Access-Control-Allow-Headers: authorization, x-stainless-os");
    assertThat(status(refused)).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "Authorization|Bearer sesame|200", "Authorization|bearer second|200",
            "X-Api-Key|sesame|200",
        "Authorization|Bearer sesam|401", "Authorization|Bearer sesamee|401",
            "Authorization|Basic sesame|401",
        "Authorization|sesame|401", "X-Other|sesame|401"
      },
      delimiter = '|')
  void aKeyOpens(String header, String value, int expected) {
    TestServer.Answer answer =
        locked.send(HttpRequest.newBuilder(locked.uri("/v1/models")).header(header, value).build());

    assertThat(answer.status()).isEqualTo(expected);
    if (expected == 401) {
      assertThat(answer.errorCode()).isEqualTo("invalid_api_key");
    }
  }

  @Test
  void pageAndHealthNeedNoKey() {
    assertThat(locked.get("/health").status()).isEqualTo(200);
    assertThat(locked.get("/").status()).isEqualTo(200);
    assertThat(locked.get("/main.js").status()).isEqualTo(200);
    assertThat(locked.get("/props").status()).isEqualTo(401);
    assertThat(locked.get("/nowhere").status()).isEqualTo(401);
    assertThat(locked.get("/metrics").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/chat/completions, 405",
    "PUT, /v1/chat/completions, 405",
    "DELETE, /v1/models, 405",
    "POST, /health, 405",
    "BREW, /health, 405",
    "GET, /v1, 404",
    "POST, /v1/chat/completions/, 404",
    "GET, /v1/models/none, 404"
  })
  void whatIsNotThereIsSaidSo(String method, String path, int expected) {
    TestServer.Answer answer =
        server.send(
            HttpRequest.newBuilder(server.uri(path))
                .method(method, BodyPublishers.noBody())
                .build());

    assertThat(answer.status()).isEqualTo(expected);
    assertThat(answer.body().at("/error/message").asText()).isNotBlank();
    if (expected == 405) {
      assertThat(answer.header("Allow")).isIn("GET", "POST");
    }
  }

  @Test
  void describesItsModel() {
    assertThat(server.get("/v1/models").body().at("/data/0/id").asText()).isEqualTo("phi-4");
    assertThat(server.get("/v1/models/phi4-tiny").body().path("object").asText())
        .isEqualTo("model");
    JsonNode props = server.get("/props").body();
    assertThat(props.at("/default_generation_settings/n_ctx").asInt())
        .isEqualTo(server.generator.contextLength());
    assertThat(props.path("total_slots").asInt()).isEqualTo(server.generator.maxSequences());
    assertThat(props.path("chat_format").asText()).isEqualTo("phi4");
    assertThat(server.get("/health").body().path("status").asText()).isEqualTo("ok");
  }

  @Test
  void tokenizesAndDetokenizes() {
    String text = "Grüße, 27 + 45 <|im_end|>";

    TestServer.Answer tokens = server.post("/tokenize", "{'content': '" + text + "'}");
    TestServer.Answer back =
        server.postRaw("/detokenize", "{\"tokens\": " + tokens.body().path("tokens") + "}");

    assertThat(tokens.body().path("tokens"))
        .hasSize(server.generator.tokenizer().encode(text).length);
    assertThat(back.body().path("content").asText()).isEqualTo(text);
    assertThat(server.post("/detokenize", "{'tokens': [-1]}").status()).isEqualTo(400);
    assertThat(server.post("/tokenize", "{}").errorCode()).isEqualTo("missing_required_parameter");
  }

  @Test
  void metricsAreInPrometheusFormat() {
    server.post("/v1/chat/completions", ASK);

    String metrics = server.get("/metrics").http().body();

    assertThat(metrics)
        .contains("gen_ai_server_request_duration_seconds_count")
        .contains("gen_ai_client_token_usage")
        .contains("phi4j_server_requests_active");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "7",
        "\"x\"",
        "{\"a\": 1,}",
        "{\"a\": 1} {}",
        "nonsense",
        "{'a': 1}",
        "{\"messages\": [], \"messages\": []}",
        "{\"a\": \"\\ud800",
        "\u0000"
      })
  void whatIsNoJsonObjectIsRefused(String body) {
    TestServer.Answer answer = server.postRaw("/v1/chat/completions", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo("invalid_json");
  }

  @Test
  void deepNestingAndLongNumbersAreRefused() {
    for (String body :
        new String[] {
          "{\"messages\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}",
          "{\"a\": ".repeat(5000) + "1" + "}".repeat(5000),
          "{\"seed\": " + "9".repeat(1_000_000) + "}",
          "{\"temperature\": 1e" + "9".repeat(1000) + "}"
        }) {
      TestServer.Answer answer = server.postRaw("/v1/chat/completions", body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.errorCode()).isEqualTo("invalid_json");
    }
  }
}
