package consumer;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenLogProb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Uses what a program uses, and fails where the tiny model answers wrongly. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    Path model = Path.of(args[0]);
    try (Generator phi4 = Phi4.load(model, LoadOptions.builder().contextLength(256).build())) {
      Prompt question = Prompt.chat(Message.user("What is 27 + 45?"));
      GenerationOptions options =
          GenerationOptions.builder()
              .maxTokens(40)
              .sampling(Sampling.greedy().toBuilder().seed(7).build())
              .stopStrings("\n\n")
              .timeout(Duration.ofMinutes(5))
              .samplingProbs(1)
              .build();
      Completion answer = phi4.generate(question, options);
      System.out.println(answer.text());
      check(answer.text().contains("72"), answer);

      TokenLogProb first = answer.logProbs().getFirst();
      check(first.sampled().orElseThrow().probability() == 1, first); // greedy
      check(answer.tokens()[0] == first.id(), answer);
      check(
          answer.usage().promptTokens() == phi4.tokenizer().encode(question, options).length,
          answer.usage());

      Completion rest =
          phi4.generate(
              Prompt.continuing(
                  Message.user("What is 27 + 45?"),
                  Message.assistant("Ones: 7+5=12, carry 1.\nTens: 2+4+1=7.\nAnswer:")),
              options);
      check(rest.text().equals(" 72"), rest);

      Cancellation cancellation = new Cancellation();
      cancellation.cancel();
      Completion none =
          phi4.generate(question, options.toBuilder().cancellation(cancellation).build());
      check(none.finishReason() == FinishReason.CANCELLED, none);

      List<Embedding> embeddings =
          phi4.embed(
              List.of("one text", "another"),
              EmbeddingOptions.builder().pooling(EmbeddingOptions.Pooling.LAST).build());
      check(embeddings.size() == 2, embeddings);
      float[] vector = embeddings.getFirst().vector();
      check(vector.length == phi4.info().embeddingLength(), vector.length);
    }

    var metadata = Phi4.inspect(model).metadata();
    check(
        metadata.get("general.architecture") instanceof MetadataValue.Text(var name)
            && name.equals("phi3"),
        metadata);
    check(
        metadata.get("tokenizer.ggml.tokens") instanceof MetadataValue.Array tokens
            && tokens.elements().size() > 256,
        metadata);
    try {
      Phi4.load(Path.of("missing.gguf"));
      throw new AssertionError("a missing file was loaded");
    } catch (Phi4Exception e) {
      check(e.getMessage().contains("missing.gguf"), e);
    }
  }

  private static void check(boolean right, Object found) {
    if (!right) {
      throw new AssertionError("unexpected: " + found);
    }
  }
}
