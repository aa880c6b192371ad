package io.github.phi4j.langchain4j.docs;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;
import dev.langchain4j.service.UserMessage;
import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.langchain4j.Phi4ChatModel;
import java.nio.file.Path;
import java.time.LocalTime;

/** A chat with memory and a tool, and an answer as a record, from one model in this JVM. */
public final class ChatExample {

  interface Assistant {
    @SystemMessage("Be brief.")
    String chat(String message);
  }

  record Sum(int first, int second, int result) {}

  interface Calculator {
    @UserMessage("{{it}}")
    Sum solve(String question);
  }

  static final class Clock {
    @Tool("Tells the time")
    String time() {
      return LocalTime.NOON.toString();
    }
  }

  private ChatExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    try (Generator phi4 = Phi4.load(Path.of(args[0]))) {
      Phi4ChatModel model = Phi4ChatModel.builder().generator(phi4).maxOutputTokens(200).build();

      Assistant assistant =
          AiServices.builder(Assistant.class)
              .chatModel(model)
              .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
              .tools(new Clock())
              .build();
      System.out.println(assistant.chat("What time is it?"));

      Calculator calculator = AiServices.create(Calculator.class, model);
      System.out.println(calculator.solve("What is 27 + 45?").result());
    }
  }
}
