package io.github.phi4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** AI services on top of the models: records, tools, memory, streams, retrieval. */
final class AiServicesTest {

  private static Generator generator;

  @BeforeAll
  static void load() {
    generator = Script.load(ChatFormat.PHI4);
  }

  @AfterAll
  static void close() {
    generator.close();
  }

  record Sum(int first, int second, int result) {}

  interface Calculator {
    Sum solve(String question);
  }

  interface Assistant {
    String chat(String message);
  }

  interface StreamingAssistant {
    TokenStream chat(String message);
  }

  static final class Calendar {
    final List<String> asked = new ArrayList<>();

    @Tool("Tells what is planned on a day")
    String plans(String day, int hour) {
      asked.add(day + " " + hour);
      return "dentist";
    }
  }

  private static Phi4ChatModel model(UnaryOperator<String> answers) {
    GenerationOptions options = Script.options(generator, answers);
    return Phi4ChatModel.builder().generator(generator).generationOptions(options).build();
  }

  /** Answers with a calendar call, then with a text. */
  private static String planned(String prompt) {
    return prompt.contains("dentist")
        ? "You see the dentist."
        : "{\"tool_calls\": [{\"name\": \"plans\", \"arguments\": {\"arg0\": \"Monday\", \"arg1\": 9}}]}"
            .replace("arg0", "day")
            .replace("arg1", "hour");
  }

  @Test
  void anAnswerIsARecord() {
    Calculator scripted =
        AiServices.create(
            Calculator.class, model(_ -> "{\"first\": 27, \"second\": 45, \"result\": 72}"));
    assertThat(scripted.solve("What is 27 + 45?")).isEqualTo(new Sum(27, 45, 72));

    // Unscripted, the model is still bound to the record's schema.
    Calculator free =
        AiServices.create(
            Calculator.class,
            Phi4ChatModel.builder().generator(generator).maxOutputTokens(100).build());
    assertThat(free.solve("What is 27 + 45?")).isNotNull();
  }

  @Test
  void toolsAreCalledAndTheirResultsUsed() {
    Calendar calendar = new Calendar();
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .chatModel(model(AiServicesTest::planned))
            .tools(calendar)
            .build();

    assertThat(assistant.chat("What do I do on Monday?")).isEqualTo("You see the dentist.");
    assertThat(calendar.asked).containsExactly("Monday 9");
  }

  @Test
  void toolsAreCalledInStreamsToo() throws Exception {
    Calendar calendar = new Calendar();
    GenerationOptions options = Script.options(generator, AiServicesTest::planned);
    StreamingAssistant assistant =
        AiServices.builder(StreamingAssistant.class)
            .streamingChatModel(
                Phi4StreamingChatModel.builder()
                    .generator(generator)
                    .generationOptions(options)
                    .build())
            .tools(calendar)
            .build();
    StringBuilder text = new StringBuilder();
    CompletableFuture<Void> done = new CompletableFuture<>();
    assistant
        .chat("What do I do on Monday?")
        .onPartialResponse(text::append)
        .onCompleteResponse(_ -> done.complete(null))
        .onError(done::completeExceptionally)
        .start();
    done.get(60, TimeUnit.SECONDS);

    assertThat(text).hasToString("You see the dentist.");
    assertThat(calendar.asked).containsExactly("Monday 9");
  }

  @Test
  void memoryIsInThePrompt() {
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .chatModel(
                model(prompt -> prompt.contains("I am Ada") ? "You are Ada." : "I don't know."))
            .chatMemory(MessageWindowChatMemory.withMaxMessages(10))
            .build();

    assertThat(assistant.chat("Who am I?")).isEqualTo("I don't know.");
    assistant.chat("I am Ada");
    assertThat(assistant.chat("Who am I?")).isEqualTo("You are Ada.");
  }

  @Test
  void retrievedTextsAreInThePrompt() {
    Phi4EmbeddingModel embeddings = Phi4EmbeddingModel.builder().generator(generator).build();
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    TextSegment cat = TextSegment.from("Tom feeds the cat at seven.");
    store.add(embeddings.embed(cat).content(), cat);
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .chatModel(model(prompt -> prompt.contains("Tom feeds the cat") ? "Tom." : "Nobody."))
            .contentRetriever(
                EmbeddingStoreContentRetriever.builder()
                    .embeddingStore(store)
                    .embeddingModel(embeddings)
                    .build())
            .build();

    assertThat(assistant.chat("Who feeds the cat?")).isEqualTo("Tom.");
  }
}
