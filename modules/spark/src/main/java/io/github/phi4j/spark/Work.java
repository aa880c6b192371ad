package io.github.phi4j.spark;

import io.github.phi4j.api.Cancellation;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.ClosedException;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.FileException;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.ScoringOptions;
import io.github.phi4j.api.TokenLogProb;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A computation for questions, and the type of its result, whose last field is the error.
 *
 * @param type the struct of the result
 * @param computation computes all fields but the error
 */
record Work(StructType type, Computation computation) implements Serializable {

  /** Computes the values of a result's fields. */
  @FunctionalInterface
  interface Computation extends Serializable {
    Object[] compute(Generator generator, Question question, Cancellation cancellation);
  }

  /** Computes a result. A failure specific to the question becomes the result's error. */
  Row run(Generator generator, Question question, Cancellation cancellation) {
    Object[] values;
    try {
      values = Arrays.copyOf(computation.compute(generator, question, cancellation), type.size());
    } catch (ModelException | FileException | GrammarException | ClosedException e) {
      throw e; // not specific to the question
    } catch (RuntimeException | OutOfMemoryError e) {
      values = new Object[type.size()];
      values[type.size() - 1] = e.getClass().getSimpleName() + ": " + e.getMessage();
    }
    return RowFactory.create(values);
  }

  private static Work of(String fields, Computation computation) {
    return new Work(StructType.fromDDL(fields + ", error STRING"), computation);
  }

  static Work generate(Phi4SparkOptions options) {
    return of(
        "text STRING, reasoning STRING, finishReason STRING, promptTokens INT, completionTokens"
            + " INT",
        (generator, question, cancellation) -> {
          Completion completion =
              generator.generate(
                  question.prompt(), generation(options, question.seed(), cancellation));
          if (completion.finishReason() == FinishReason.CANCELLED) {
            throw new IllegalStateException("the task was killed");
          }
          return new Object[] {
            completion.text(),
            completion.reasoning().isEmpty() ? null : completion.reasoning(),
            completion.finishReason().name(),
            completion.usage().promptTokens(),
            completion.usage().completionTokens()
          };
        });
  }

  private static GenerationOptions generation(
      Phi4SparkOptions options, long seed, Cancellation cancellation) {
    GenerationOptions.Builder generation =
        GenerationOptions.builder()
            .maxTokens(options.maxTokens())
            .cancellation(cancellation)
            .sampling(
                Sampling.builder()
                    .temperature(options.temperature())
                    .topP(options.topP())
                    .seed(seed)
                    .build());
    if (options.jsonSchema() != null) {
      generation.grammar(Grammar.jsonSchema(options.jsonSchema()));
    }
    return generation.build();
  }

  static Work choose(List<String> alternatives) {
    return of(
        "choice STRING, probability DOUBLE, probabilities ARRAY<DOUBLE>",
        (generator, question, cancellation) -> {
          List<Choice> choices =
              generator.choose(question.prompt(), alternatives, scoring(cancellation));
          Choice best =
              choices.stream().max(Comparator.comparingDouble(Choice::probability)).orElseThrow();
          return new Object[] {
            best.text(),
            best.probability(),
            choices.stream().map(Choice::probability).toArray(Double[]::new)
          };
        });
  }

  static Work score() {
    return of(
        "logProb DOUBLE, tokens INT",
        (generator, question, cancellation) -> {
          List<TokenLogProb> tokens =
              generator.score(Prompt.raw(question.text()), 1, scoring(cancellation));
          double sum = tokens.stream().mapToDouble(TokenLogProb::logProb).sum();
          return new Object[] {sum, tokens.size()};
        });
  }

  private static ScoringOptions scoring(Cancellation cancellation) {
    return ScoringOptions.builder().cancellation(cancellation).build();
  }

  static Work embed() {
    return of(
        "embedding ARRAY<FLOAT>",
        (generator, question, cancellation) -> {
          EmbeddingOptions options = EmbeddingOptions.builder().cancellation(cancellation).build();
          return new Object[] {
            boxed(generator.embed(List.of(question.text()), options).getFirst().vector())
          };
        });
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
