package io.github.phi4j.springai;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenCandidates;
import io.github.phi4j.api.TokenSampler;
import io.github.phi4j.api.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Scripts the tiny model's answers. All else is the engine's: prompts, grammars, stop strings,
 * streaming, counts.
 */
final class Script implements TokenSampler {

  static final Path MODEL = Path.of(System.getProperty("phi4j.models"), "phi4-tiny-Q8_0.gguf");

  private final Tokenizer tokenizer;
  private final UnaryOperator<String> answers;

  /** Creates a script that derives answers from the prompt without special tokens. */
  Script(Tokenizer tokenizer, UnaryOperator<String> answers) {
    this.tokenizer = tokenizer;
    this.answers = answers;
  }

  static Generator load(LoadOptions.Builder options) {
    return Phi4.load(MODEL, options.threads(1).build());
  }

  static Generator load(ChatFormat format) {
    return load(LoadOptions.builder().chatFormat(format));
  }

  /** Returns options for scripted answers. */
  static GenerationOptions options(Generator generator, UnaryOperator<String> answers) {
    Script script = new Script(generator.tokenizer(), answers);
    return GenerationOptions.builder()
        .maxTokens(400)
        .sampling(Sampling.builder().samplers(script).build())
        .build();
  }

  /** Returns a script that fails. */
  static UnaryOperator<String> failing() {
    return _ -> {
      throw new IllegalStateException("there is no answer");
    };
  }

  @Override
  public void apply(TokenCandidates candidates) {
    throw new IllegalStateException("each generation has its own");
  }

  @Override
  public TokenSampler start(long seed) {
    return new Running();
  }

  private final class Running implements TokenSampler {
    private int[] answer;
    private int next;

    @Override
    public void apply(TokenCandidates candidates) {
      if (answer == null) {
        answer = answer(candidates);
      }
      choose(candidates, next < answer.length ? answer[next++] : tokenizer.stopTokens()[0]);
    }

    private int[] answer(TokenCandidates candidates) {
      int[] prompt = new int[candidates.contextLength()];
      Arrays.setAll(prompt, candidates::contextToken);
      return tokenizer.encode(answers.apply(tokenizer.decode(prompt)));
    }

    private static void choose(TokenCandidates candidates, int token) {
      candidates.choose(candidates.indexOf(token));
    }
  }
}
