package io.github.phi4j.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.GenerationListener;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.GenerationReport;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.PassReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Behaviour beyond LangChain4j's contract tests. */
final class ModelsTest {

  private static final ChatRequest ENDLESS = request("Tell me a story", params().build());

  private static Phi4ChatRequestParameters.Builder params() {
    return Phi4ChatRequestParameters.builder();
  }

  private static ChatRequest request(String text, ChatRequestParameters parameters) {
    return ChatRequest.builder().messages(UserMessage.from(text)).parameters(parameters).build();
  }

  /** Options that end only when the context is full. */
  private static GenerationOptions endless() {
    return GenerationOptions.builder().ignoreModelStop(true).build();
  }

  /** Collects the ends of generations. */
  private static final class Ends implements GenerationListener {
    final LinkedBlockingQueue<GenerationReport> reports = new LinkedBlockingQueue<>();
    final AtomicInteger widest = new AtomicInteger();

    @Override
    public void finished(Generator generator, GenerationReport generation) {
      reports.add(generation);
    }

    @Override
    public void passed(Generator generator, PassReport pass) {
      widest.accumulateAndGet(pass.sequences(), Math::max);
    }

    io.github.phi4j.api.FinishReason next() throws InterruptedException {
      GenerationReport report = reports.poll(60, TimeUnit.SECONDS);
      return report.completion().orElseThrow().finishReason();
    }
  }

  @Test
  void parametersOfTheRequestWinOverDefaults() {
    try (Phi4ChatModel model =
        Phi4ChatModel.builder().modelPath(Script.MODEL).temperature(1.5).seed(1L).build()) {
      ChatRequestParameters few = params().maxOutputTokens(12).build();
      String first = model.chat(request("Hi", few)).aiMessage().text();
      String again = model.chat(request("Hi", few)).aiMessage().text();
      ChatRequestParameters other = params().maxOutputTokens(12).seed(2L).build();
      String differs = model.chat(request("Hi", other)).aiMessage().text();
      ChatRequestParameters plain =
          ChatRequestParameters.builder().maxOutputTokens(12).temperature(0.0).build();

      assertThat(again).isEqualTo(first);
      assertThat(differs).isNotEqualTo(first);
      assertThat(model.chat(request("Hi", plain)).aiMessage().text())
          .isEqualTo(model.chat(request("Hi", plain)).aiMessage().text());
    }
  }

  @Test
  void metadataHasLogProbabilitiesAndTheCache() {
    try (Phi4ChatModel model = Phi4ChatModel.builder().modelPath(Script.MODEL).build()) {
      ChatResponse response = model.chat(request("What is 27 + 45?", params().logProbs(2).build()));
      var metadata = (Phi4ChatResponseMetadata) response.metadata();

      assertThat(metadata.logProbs()).hasSameSizeAs(metadata.completion().tokens());
      assertThat(metadata.logProbs().getFirst().alternatives()).hasSize(2);
      assertThat(metadata.usage().promptTokens())
          .isEqualTo(metadata.tokenUsage().inputTokenCount());
      assertThat(metadata.toBuilder().build()).isEqualTo(metadata);
    }
  }

  @Test
  void thoughtsAreStreamedAndKept() throws Exception {
    try (Generator generator = Script.load(ChatFormat.PHI4_REASONING)) {
      GenerationOptions options =
          Script.options(generator, _ -> "<think>It scatters.</think>Because of scattering.");
      Phi4StreamingChatModel model =
          Phi4StreamingChatModel.builder().generator(generator).generationOptions(options).build();
      StringBuilder thoughts = new StringBuilder();
      CompletableFuture<ChatResponse> response = new CompletableFuture<>();
      model.chat(
          "Why is the sky blue?",
          new StreamingChatResponseHandler() {
            @Override
            public void onPartialThinking(PartialThinking thinking) {
              thoughts.append(thinking.text());
            }

            @Override
            public void onCompleteResponse(ChatResponse complete) {
              response.complete(complete);
            }

            @Override
            public void onError(Throwable error) {
              response.completeExceptionally(error);
            }
          });

      AiMessage message = response.get(60, TimeUnit.SECONDS).aiMessage();
      assertThat(message.text()).isEqualTo("Because of scattering.");
      assertThat(message.thinking()).isEqualTo(thoughts.toString()).isEqualTo("It scatters.");
    }
  }

  @Test
  void everyKindOfCancellationStopsTheEngine() throws Exception {
    Ends ends = new Ends();
    try (Generator generator = Script.load(LoadOptions.builder().listeners(ends))) {
      Phi4ChatModel blocking =
          Phi4ChatModel.builder().generator(generator).generationOptions(endless()).build();
      CompletableFuture<ChatResponse> future = blocking.chatAsync(ENDLESS);
      future.cancel(true);
      assertThat(ends.next()).isEqualTo(io.github.phi4j.api.FinishReason.CANCELLED);
      assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);

      Phi4StreamingChatModel streaming =
          Phi4StreamingChatModel.builder()
              .generator(generator)
              .generationOptions(endless())
              .build();
      AtomicInteger events = new AtomicInteger();
      streaming
          .chat(ENDLESS)
          .subscribe(
              new Flow.Subscriber<>() {
                private Flow.Subscription subscription;

                @Override
                public void onSubscribe(Flow.Subscription given) {
                  subscription = given;
                  subscription.request(2);
                }

                @Override
                public void onNext(ChatModelStreamingEvent event) {
                  if (events.incrementAndGet() == 2) {
                    subscription.cancel();
                  }
                }

                @Override
                public void onError(Throwable failure) {
                  events.set(-1);
                }

                @Override
                public void onComplete() {
                  events.set(-1);
                }
              });
      assertThat(ends.next()).isEqualTo(io.github.phi4j.api.FinishReason.CANCELLED);
      assertThat(events).hasValue(2);
    }
  }

  @Test
  void anInterruptedRequestGivesTheTextSoFar() {
    try (Phi4ChatModel model = Phi4ChatModel.builder().modelPath(Script.MODEL).build()) {
      Thread.currentThread().interrupt();
      ChatResponse response = model.chat(ENDLESS);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(response.finishReason()).isEqualTo(FinishReason.OTHER);
    }
  }

  @Test
  void concurrentRequestsShareForwardPassesAndGetTheirOwnAnswers() {
    Ends ends = new Ends();
    try (Generator generator = Script.load(LoadOptions.builder().listeners(ends))) {
      CountDownLatch together = new CountDownLatch(4);
      GenerationOptions options =
          Script.options(
              generator,
              prompt -> {
                together.countDown();
                await(together);
                return "You said " + prompt.replaceAll("(?s).*number (\\d+).*", "$1") + ".";
              });
      Phi4ChatModel model =
          Phi4ChatModel.builder().generator(generator).generationOptions(options).build();
      List<CompletableFuture<String>> answers =
          IntStream.range(0, 4).mapToObj(i -> model.chatAsync("number " + i)).toList();

      for (int i = 0; i < 4; i++) {
        assertThat(answers.get(i).join()).isEqualTo("You said " + i + ".");
      }
      assertThat(ends.widest.get()).isGreaterThan(1);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void failuresAreLangChain4jsExceptions() {
    LoadOptions.Builder small = LoadOptions.builder().contextLength(64).maxSequences(1);
    try (Generator generator = Script.load(small.maxWaiting(0))) {
      Phi4ChatModel model = Phi4ChatModel.builder().generator(generator).build();
      assertThatThrownBy(() -> model.chat("word ".repeat(100)))
          .isExactlyInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("64");
      assertThatThrownBy(
              () -> model.chat(request("Hi", params().timeout(Duration.ofNanos(1)).build())))
          .isExactlyInstanceOf(TimeoutException.class);
      assertThatThrownBy(() -> model.chat(request("Hi", params().modelName("gpt").build())))
          .isExactlyInstanceOf(UnsupportedFeatureException.class);

      List<Throwable> refused = new ArrayList<>();
      GenerationOptions busy =
          Script.options(
              generator,
              _ -> {
                try {
                  model.chat("Hi");
                } catch (RateLimitException e) {
                  refused.add(e);
                }
                return "Done.";
              });
      Phi4ChatModel first =
          Phi4ChatModel.builder().generator(generator).generationOptions(busy).build();
      assertThat(first.chat("Hi")).isEqualTo("Done.");
      assertThat(refused).hasSize(1);
    }
    assertThatThrownBy(() -> Phi4ChatModel.builder().modelPath(Path.of("missing.gguf")).build())
        .isInstanceOf(LangChain4jException.class)
        .hasMessageContaining("missing.gguf");
    assertThatIllegalArgumentException().isThrownBy(() -> Phi4ChatModel.builder().build());
  }

  @Test
  void theOwnerOfAGeneratorClosesIt() {
    try (Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4ChatModel.builder().generator(generator).build().close();
      assertThat(generator.generate("Hi").text()).isNotNull();
    }
    Phi4ChatModel model = Phi4ChatModel.builder().modelPath(Script.MODEL).build();
    model.close();
    assertThatThrownBy(() -> model.chat("Hi")).isInstanceOf(LangChain4jException.class);
  }

  @Test
  void countsAreThoseOfThePrompt() {
    try (Phi4ChatModel model = Phi4ChatModel.builder().modelPath(Script.MODEL).build();
        Generator generator = Script.load(ChatFormat.PHI4)) {
      Phi4TokenCountEstimator estimator = new Phi4TokenCountEstimator(generator.tokenizer());
      UserMessage message = UserMessage.from("What is 27 + 45?");

      assertThat(estimator.estimateTokenCountInMessage(message))
          .isEqualTo(model.chat(message).tokenUsage().inputTokenCount());
      assertThat(estimator.estimateTokenCountInText("")).isZero();
      assertThat(estimator.estimateTokenCountInMessages(List.of())).isZero();
    }
  }

  @Test
  void embeddingsAreUnitVectorsOfTheModelsWidth() {
    try (Phi4EmbeddingModel model = Phi4EmbeddingModel.builder().modelPath(Script.MODEL).build()) {
      float[] vector = model.embed("an apple").content().vector();
      double square = 0;
      for (float value : vector) {
        square += value * value;
      }

      assertThat(vector).hasSize(model.dimension());
      assertThat(square).isCloseTo(1, within(1e-4));
      assertThat(model.embed("an apple").content().vector()).isEqualTo(vector);
      assertThat(model.embed("an apple").tokenUsage().inputTokenCount()).isPositive();
    }
  }
}
