package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServeCommandTest {

  @TempDir private Path folder;

  /** Starts a server in its own process, with standard error in a file. */
  private Process serve(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "-m",
                Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf").toString(),
                "--port",
                "0",
                "-t",
                "1"));
    command.addAll(List.of(options));
    return new ProcessBuilder(command).redirectError(folder.resolve("err.txt").toFile()).start();
  }

  @Test
  void beyondLoopbackItWarnsAndKeysComeFromAFile() throws Exception {
    Path keys = Files.writeString(folder.resolve("keys"), "# of the team\n\n  secret  \n");
    Process process = serve("--host", "0.0.0.0", "--api-key-file", keys.toString());
    try (BufferedReader out = process.inputReader(UTF_8);
        HttpClient client = HttpClient.newHttpClient()) {
      String first = out.readLine();
      assertThat(first).matches("listening on http://0\\.0\\.0\\.0:\\d+");
      assertThat(folder.resolve("err.txt"))
          .content()
          .contains("listening beyond this machine")
          .contains("TLS");
      URI models =
          URI.create("http://127.0.0.1:" + first.replaceAll(".*:", "")).resolve("/v1/models");
      HttpRequest.Builder request = HttpRequest.newBuilder(models);
      assertThat(client.send(request.build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
      request.header("Authorization", "Bearer secret");
      assertThat(client.send(request.build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void servesUntilASignalAndFinishesAnswers() throws Exception {
    Process process = serve("--alias", "phi-4,phi", "--drain", "100");
    try (BufferedReader out = process.inputReader(UTF_8);
        HttpClient client = HttpClient.newHttpClient()) {
      String first = out.readLine();
      assertThat(first).matches("listening on http://127\\.0\\.0\\.1:\\d+");
      URI server = URI.create(first.substring("listening on ".length()));
      String request =
          """
          {"model": "phi", "messages": [{"role": "user", "content": "Tell me a story."}],
           "stream": true, "ignore_eos": true, "max_tokens": 200}\
          """;
      HttpResponse<InputStream> answer =
          client.send(
              HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
                  .POST(HttpRequest.BodyPublishers.ofString(request))
                  .build(),
              BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);

      process.destroy();

      assertThat(new String(answer.body().readAllBytes(), UTF_8)).endsWith("data: [DONE]\n\n");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--port 70000, a port is from 0 to 65535",
    "--host nowhere.invalid, is not an address of this machine",
    "-np 0, max sequences",
    "--temp -1, temperature",
    "-m x -hf phi-4, both name a model",
    "-hf nonsense, is not a repository"
  })
  void wrongUsageIsTold(String options, String message) {
    List<String> arguments = new ArrayList<>(List.of("serve"));
    arguments.addAll(List.of(options.split(" ", -1)));

    Shell.Result result = new Shell().run(arguments.toArray(String[]::new));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains(message);
  }
}
