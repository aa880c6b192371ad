package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.InvalidLogitsException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.testing.ForkedJvm;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models with numbers so large that arithmetic overflows. */
final class OverflowTest {

  private static final int WIDTH = 128;

  @TempDir private Path directory;

  private Path model(String tensor, float element) {
    float[] elements = new float[WIDTH];
    Arrays.fill(elements, element);
    GgufWriter writer = RandomModel.phi4().writer().tensor(tensor, elements, WIDTH);
    return writer.write(directory.resolve("large.gguf"));
  }

  @Test
  void keysBeyondTheRangeOfTheCacheAreReportedOnceWithARemedy() {
    Path file = model("blk.0.attn_norm.weight", 1e7f);

    String printed = ForkedJvm.run(Generate.class, directory, List.of(), file.toString());

    assertThat(printed)
        .containsOnlyOnce("beyond the range")
        .contains("f32")
        .contains("generated", "generated again");
  }

  /** Generates twice. */
  static final class Generate {
    private Generate() {}

    public static void main(String[] args) {
      try (Generator generator = Phi4.load(Path.of(args[0]))) {
        generator.generate(Prompt.tokens(1, 2, 3)).text();
        System.out.println("generated");
        generator.generate(Prompt.tokens(4, 5, 6)).text();
        System.out.println("generated again");
      }
    }
  }

  @Test
  void logitsThatAreNotNumbersAreAnErrorOnEveryUse() {
    Path file = model("output_norm.weight", 3e38f);
    try (Generator generator = Phi4.load(file);
        Session session = generator.newSession()) {
      assertThatThrownBy(() -> generator.generate(Prompt.tokens(1, 2, 3)))
          .isInstanceOf(InvalidLogitsException.class)
          .hasMessageContaining("not a finite number");
      assertThatThrownBy(() -> generator.score(Prompt.tokens(1, 2, 3), 1))
          .isInstanceOf(InvalidLogitsException.class);
      assertThatThrownBy(() -> generator.choose(Prompt.tokens(1, 2, 3), List.of("a", "b")))
          .isInstanceOf(InvalidLogitsException.class);
      assertThatThrownBy(() -> session.feed(new int[] {1, 2}, (position, logits) -> {}))
          .isInstanceOf(InvalidLogitsException.class);
      session.feed(1, 2);
      assertThatThrownBy(session::logits).isInstanceOf(InvalidLogitsException.class);
    }
  }
}
