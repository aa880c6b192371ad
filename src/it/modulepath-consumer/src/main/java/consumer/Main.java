package consumer;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.Prompt;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Reaches every part of the library from a module, and fails where the tiny model is wrong. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    Path model = Path.of(args[0]);
    if (!(Phi4.inspect(model).metadata().get("general.architecture")
        instanceof MetadataValue.Text(var architecture))) {
      throw new AssertionError("the file names no architecture");
    }
    try (Generator phi4 = Phi4.load(model)) {
      GenerationOptions options =
          GenerationOptions.builder()
              .grammar(Grammar.jsonSchema("{\"type\": \"integer\"}"))
              .timeout(Duration.ofMinutes(5))
              .cancellation(new Cancellation())
              .samplingProbs(1)
              .build();
      Completion number = phi4.generate(Prompt.chat(Message.user("What is 27 + 45?")), options);
      String answer = phi4.generate("What is 27 + 45?").text();
      System.out.println(architecture + ": " + answer);
      if (!answer.contains("72") || !number.text().matches("-?\\d+")) {
        throw new AssertionError("expected 72 and a number: " + answer + ", " + number);
      }
      if (phi4.embed(List.of("a text")).getFirst().vector().length
          != phi4.info().embeddingLength()) {
        throw new AssertionError("a vector of another length than the model's");
      }
    }
  }
}
