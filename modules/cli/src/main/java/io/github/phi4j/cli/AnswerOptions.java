package io.github.phi4j.cli;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Sampling;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** The options that control generation. */
final class AnswerOptions {

  @Mixin private StopOptions stop;
  @Mixin private GrammarOptions grammar;
  @Mixin private ReasoningOptions reasoning;

  GenerationOptions.Builder builder(Sampling sampling, Environment environment) throws IOException {
    GenerationOptions.Builder options =
        stop.builder().sampling(sampling).reasoning(reasoning.reasoning());
    grammar.grammar(environment).ifPresent(options::grammar);
    return options;
  }
}
