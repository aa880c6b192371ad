package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.internal.grammar.CodePoints.Range;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.sampling.SequenceBreakers;
import io.github.phi4j.internal.sampling.TokenConstraint;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random grammars and random logits against a brute-force matcher. */
class GrammarFuzzTest {

  private static final String[] LITERALS = {"", "a", "b", "ab", "ba", "é", "aé", "😀", "€"};
  private static final CodePoints[] SETS = {
    CodePoints.ALL,
    CodePoints.of(new Range('a', 'b')),
    CodePoints.of(new Range('b', 0x10000)),
    CodePoints.of(new Range('a', 'a')).negate(),
    CodePoints.of(new Range(0xe9, 0xe9), new Range(0x20ac, 0x20ac), new Range(0x1f600, 0x1f64f))
  };
  private static final int STOP = 0;
  private static final byte[][] TOKENS = tokens();

  private static byte[][] tokens() {
    List<byte[]> tokens = new ArrayList<>(List.of(new byte[0])); // the stop token
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    for (String text :
        List.of(
            "ab", "ba", "aa", "bb", "aba", "abab", "aaaa", "é", "aé", "éa", "😀", "€€", "bé", "c",
            "ab")) {
      tokens.add(text.getBytes(UTF_8));
    }
    tokens.add(new byte[] {(byte) 0xf0, (byte) 0x9f});
    tokens.add(new byte[] {(byte) 0x98, (byte) 0x80, 'a'});
    tokens.add(new byte[] {'a', (byte) 0xe2});
    tokens.add(new byte[] {(byte) 0x82, (byte) 0xac, (byte) 0xc3});
    return tokens.toArray(byte[][]::new);
  }

  private static Expression expression(Random random, int depth, int rules) {
    return switch (random.nextInt(depth == 0 ? 3 : 8)) {
      case 0 -> new Expression.Characters(SETS[random.nextInt(SETS.length)]);
      case 1 -> Expression.literal(LITERALS[random.nextInt(LITERALS.length)]);
      case 2 -> Expression.reference(random.nextInt(3) == 0 ? "root" : "r" + random.nextInt(rules));
      case 3, 4 -> new Expression.Choice(several(random, depth, rules));
      case 5, 6 -> new Expression.Sequence(several(random, depth, rules));
      default -> {
        int min = random.nextInt(3);
        int max = random.nextBoolean() ? Expression.UNBOUNDED : min + random.nextInt(3);
        yield new Expression.Repetition(expression(random, depth - 1, rules), min, max);
      }
    };
  }

  private static List<Expression> several(Random random, int depth, int rules) {
    List<Expression> several = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      several.add(expression(random, depth - 1, rules));
    }
    return several;
  }

  private static GrammarRules rules(Random random) {
    int count = 1 + random.nextInt(4);
    Map<String, Expression> rules = new LinkedHashMap<>();
    rules.put("root", expression(random, 3, count));
    for (int i = 0; i < count; i++) {
      rules.put("r" + i, expression(random, 3, count));
    }
    return GrammarRules.of(rules);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void masksEqualBruteForceAndTextsFollowTheGrammar(long seed) {
    Random random = new Random(seed);
    Vocabulary vocabulary = new Vocabulary(new Bytes(TOKENS));
    int followed = 0;
    int finished = 0;
    while (followed < 100) {
      GrammarRules rules = rules(random);
      CompiledGrammar grammar;
      try {
        grammar =
            vocabulary.compiled(
                AutomatonBuilder.build(
                    rules,
                    _ -> {
                      throw new AssertionError();
                    }));
      } catch (GrammarException e) {
        continue; // nothing matches it
      }
      RuleCheck check = new RuleCheck(rules);
      if (rules.rules().keySet().stream().anyMatch(check::isDead)) {
        continue; // the matcher does not detect rules without a beginning
      }
      followed++;
      finished += follow(rules, grammar, random) ? 1 : 0;
    }
    assertThat(finished).isGreaterThan(followed / 3);
  }

  /** Generates a text; returns whether it ended before the limit. */
  private static boolean follow(GrammarRules rules, CompiledGrammar grammar, Random random) {
    TokenConstraint constraint = grammar.constraint(STOP);
    NaiveMatcher naive = new NaiveMatcher(rules);
    SamplerChain sampler =
        new SamplerChain(
            random.nextBoolean()
                ? Sampling.greedy()
                : Sampling.topP(2, 0.9f).toBuilder().seed(random.nextLong()).build(),
            TOKENS.length,
            new int[0],
            new int[] {STOP},
            0,
            SequenceBreakers.NONE,
            Optional.of(constraint));
    byte[] text = {};
    for (int step = 0; step < 8; step++) {
      long[] mask = constraint.allowed().clone();
      for (int id = 0; id < TOKENS.length; id++) {
        boolean expected =
            id == STOP ? naive.matches(text) : naive.isPrefix(append(text, TOKENS[id]));
        if (((mask[id >> 6] & 1L << id) != 0) != expected || constraint.allows(id) != expected) {
          throw new AssertionError(
              String.format(
                  Locale.ROOT,
                  "token %s after %s should be %s in %s",
                  Arrays.toString(TOKENS[id]),
                  Arrays.toString(text),
                  expected,
                  rules.rules()));
        }
      }
      boolean only = naive.matches(text) && only(mask, STOP);
      assertThat(constraint.isComplete()).isEqualTo(only);
      if (only) {
        return true;
      }
      float[] logits = new float[TOKENS.length];
      for (int i = 0; i < logits.length; i++) {
        // Single bytes are less likely, so that longer tokens are chosen, too.
        logits[i] = (float) random.nextGaussian() + (i > 256 ? 3 : i == STOP ? 1 : 0);
      }
      int id = sampler.next(logits, new int[0], 0);
      if (id == STOP) {
        assertThat(naive.matches(text)).isTrue();
        return true;
      }
      constraint.accept(id);
      text = append(text, TOKENS[id]);
      assertThat(naive.isPrefix(text)).isTrue();
      backAndForth(constraint, random);
    }
    return false;
  }

  /** Rewinding leaves no trace. */
  private static void backAndForth(TokenConstraint constraint, Random random) {
    int length = constraint.length();
    long[] mask = constraint.allowed().clone();
    for (int i = 0; i < 3; i++) {
      int id = 1 + random.nextInt(TOKENS.length - 1);
      if (constraint.allows(id)) {
        constraint.accept(id);
      }
    }
    constraint.rewind(length);
    assertThat(constraint.allowed()).isEqualTo(mask);
  }

  private static boolean only(long[] mask, int id) {
    long[] expected = new long[mask.length];
    expected[id >> 6] |= 1L << id;
    return Arrays.equals(mask, expected);
  }

  private static byte[] append(byte[] text, byte[] more) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(text);
    bytes.writeBytes(more);
    return bytes.toByteArray();
  }
}
