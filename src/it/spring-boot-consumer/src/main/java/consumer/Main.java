package consumer;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** An application that phi4j's starter and properties alone give a model. */
@SpringBootApplication
public class Main {

  @RestController
  static class Questions {
    private final ChatClient client;
    private final Generator generator;

    Questions(ChatClient.Builder clients, Generator generator) {
      client = clients.build();
      this.generator = generator;
    }

    @GetMapping("/ask")
    String ask(@RequestParam("question") String question) {
      return client.prompt(question).call().content();
    }

    @GetMapping("/complete")
    String complete(@RequestParam("question") String question) {
      GenerationOptions options =
          GenerationOptions.builder()
              .timeout(Duration.ofMinutes(5))
              .cancellation(new Cancellation())
              .samplingProbs(1)
              .build();
      String begun = "Ones: 7+5=12, carry 1.\nTens: 2+4+1=7.\nAnswer:";
      Prompt prompt = Prompt.continuing(Message.user(question), Message.assistant(begun));
      return "The rest of it:" + generator.generate(prompt, options).text();
    }
  }

  public static void main(String[] args) throws Exception {
    try (var application = SpringApplication.run(Main.class, args);
        HttpClient http = HttpClient.newHttpClient()) {
      String port = application.getEnvironment().getProperty("local.server.port");
      String question = URLEncoder.encode("What is 27 + 45?", StandardCharsets.UTF_8);
      get(http, port, "/ask?question=" + question);
      get(http, port, "/actuator/health");
      get(http, port, "/actuator/metrics/gen_ai.server.request.duration");
      get(http, port, "/complete?question=" + question);
    }
  }

  private static void get(HttpClient http, String port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
    System.out.println(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
