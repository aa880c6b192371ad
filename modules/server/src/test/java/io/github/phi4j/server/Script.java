package io.github.phi4j.server;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.TokenCandidates;
import io.github.phi4j.api.TokenSampler;
import io.github.phi4j.api.Tokenizer;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Scripts the model's answers: the script chooses each token, all else is the engine's. A word in
 * the question selects the answer.
 */
final class Script implements TokenSampler {

  /** Questions with this word are answered at 20 tokens a second. */
  static final String SLOWLY = "slowly";

  private final Tokenizer tokenizer;
  private final Map<String, String> answers;
  private final int separator;
  private final int end;

  Script(Tokenizer tokenizer, Map<String, String> answers) {
    this.tokenizer = tokenizer;
    this.answers = answers;
    separator = tokenizer.special("<|im_sep|>").orElseThrow();
    end = tokenizer.special("<|im_end|>").orElseThrow();
  }

  static GenerationOptions options(Tokenizer tokenizer, Map<String, String> answers) {
    return GenerationOptions.builder()
        .sampling(Sampling.builder().samplers(new Script(tokenizer, answers)).build())
        .build();
  }

  @Override
  public void apply(TokenCandidates candidates) {
    int start = candidates.contextLength();
    while (candidates.contextToken(start - 1) != separator) {
      start--;
    }
    int question = start - 2;
    while (candidates.contextToken(question - 1) != separator) {
      question--;
    }
    int[] asked = new int[start - question];
    for (int i = 0; i < asked.length; i++) {
      asked[i] = candidates.contextToken(question + i);
    }
    String text = tokenizer.decode(asked);
    int[] answer =
        answers.entrySet().stream()
            .filter(each -> text.contains(each.getKey()))
            .findFirst()
            .map(each -> tokenizer.encode(each.getValue()))
            .orElse(new int[0]);
    if (text.contains(SLOWLY)) {
      LockSupport.parkNanos(50_000_000); // half a minute in all: time to stop it halfway
    }
    int written = candidates.contextLength() - start;
    int next = written < answer.length ? answer[written] : end;
    int index = candidates.indexOf(next);
    if (index >= 0) {
      candidates.choose(index);
    }
  }
}
