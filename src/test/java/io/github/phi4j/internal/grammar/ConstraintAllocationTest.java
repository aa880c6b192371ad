package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Sampling;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.sampling.SequenceBreakers;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.testing.Allocations;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With cached masks, a grammar allocates nothing. */
final class ConstraintAllocationTest {

  private static final int VOCABULARY = 4096;
  private static final int STOP = 0;
  private static final int[] NONE = {};

  /** All bytes, then random pairs and triples of JSON's characters. */
  private static byte[][] vocabulary() {
    byte[][] texts = new byte[VOCABULARY][];
    Random random = new Random(1);
    for (int id = 0; id < VOCABULARY; id++) {
      byte[] text = {(byte) id};
      if (id >= 256) {
        StringBuilder builder = new StringBuilder();
        for (int i = 0; i < 2 + id % 2; i++) {
          builder.append("{}[]\",: abc012\n".charAt(random.nextInt(15)));
        }
        text = builder.toString().getBytes(ISO_8859_1);
      }
      texts[id] = text;
    }
    return texts;
  }

  /** Always the most probable token: greedily, and by top-k 1. */
  @ParameterizedTest
  @ValueSource(floats = {0, 0.8f})
  void aConstrainedTokenAllocatesNothing(float temperature) {
    GrammarRules rules = GbnfParser.parse(GrammarExamplesTest.grammar("json.gbnf"));
    Automaton automaton = AutomatonBuilder.build(rules, _ -> STOP);
    TokenConstraint constraint =
        new Vocabulary(new Bytes(vocabulary())).compiled(automaton).constraint(STOP);
    SamplerChain chain =
        new SamplerChain(
            Sampling.builder().temperature(temperature).topK(1).seed(1).build(),
            VOCABULARY,
            NONE,
            NONE,
            0,
            SequenceBreakers.NONE,
            Optional.of(constraint));
    float[][] logits = new float[150][VOCABULARY];
    Random random = new Random(2);
    for (float[] each : logits) {
      for (int id = 0; id < VOCABULARY; id++) {
        each[id] = (float) random.nextGaussian() - (id == STOP ? 100 : 0);
      }
    }

    Allocations.assertNoneAfterWarmUp(
        List.of(Thread.currentThread()),
        () -> {
          constraint.rewind(0);
          for (int i = 0; i < logits.length && !constraint.isComplete(); i++) {
            int token = chain.next(logits[i], NONE, 0);
            if (token == STOP) {
              return;
            }
            constraint.accept(token);
          }
        });
    assertThat(constraint.length()).isGreaterThan(20);
  }
}
