package io.github.phi4j.springbootstarter.docs;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Asks the model a question and gets a record. */
@SpringBootApplication
public class ChatApplication {

  record Sum(int first, int second, int result) {}

  /** Starts the application, for instance with --spring.ai.phi4j.model=phi-4-Q4_K_M.gguf. */
  public static void main(String[] args) {
    SpringApplication.run(ChatApplication.class, args).close();
  }

  @Bean
  CommandLineRunner ask(ChatClient.Builder clients) {
    return _ -> {
      ChatClient client = clients.build();
      System.out.println(client.prompt("Why is the sky blue?").call().content());
      System.out.println(
          client
              .prompt("What is 27 + 45?")
              .call()
              .entity(Sum.class, spec -> spec.useProviderStructuredOutput())
              .result());
    };
  }
}
