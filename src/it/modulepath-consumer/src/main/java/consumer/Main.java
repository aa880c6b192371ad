package consumer;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import java.nio.file.Path;

/** Asks the tiny model a question and fails when the answer is wrong. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    try (Generator phi4 = Phi4.load(Path.of(args[0]))) {
      String answer = phi4.generate("What is 27 + 45?").text();
      System.out.println(answer);
      if (!answer.contains("72")) {
        throw new AssertionError("expected 72 in the answer: " + answer);
      }
    }
  }
}
