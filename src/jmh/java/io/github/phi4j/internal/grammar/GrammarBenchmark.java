package io.github.phi4j.internal.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.Sampling;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.sampling.SamplerChain;
import io.github.phi4j.internal.sampling.SequenceBreakers;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of a grammar along a text, with the vocabularies of Phi-4 and Phi-4-mini: of the masks
 * alone, and of all work per token, compared with that without a grammar.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GrammarBenchmark {

  /** A grammar with a text that follows it. */
  public enum Language {
    /** Any JSON, deeply nested. */
    JSON,
    /** An object of 50 fields in a fixed order. */
    FIELDS,
    /** Arithmetic, which recurses. */
    RECURSIVE;

    String gbnf() {
      return switch (this) {
        case JSON -> resource("json.gbnf");
        case RECURSIVE -> resource("arithmetic.gbnf");
        case FIELDS -> {
          String json = resource("json.gbnf").replace("root ", "any ");
          StringBuilder fields = new StringBuilder("root ::= \"{\" ws ");
          for (int i = 0; i < 50; i++) {
            String type = i % 3 == 0 ? "number" : i % 3 == 1 ? "string" : "array";
            fields
                .append(i == 0 ? "" : " \",\" ws ")
                .append(String.format(Locale.ROOT, "\"\\\"field_%d\\\":\" ws %s", i, type));
          }
          yield fields + " \"}\"\n" + json;
        }
      };
    }

    String text() {
      StringBuilder text = new StringBuilder();
      switch (this) {
        case JSON -> {
          for (int i = 0; i < 30; i++) {
            text.append(String.format(Locale.ROOT, "{\"the name %d\": [ %d, true, ", i, i * i));
          }
          text.append("null").append("]}".repeat(30));
        }
        case FIELDS -> {
          for (int i = 0; i < 50; i++) {
            text.append(i == 0 ? "{" : ", ")
                .append(String.format(Locale.ROOT, "\"field_%d\": ", i));
            text.append(i % 3 == 0 ? "12.5" : i % 3 == 1 ? "\"A short text.\"" : "[1, {\"a\": 2}]");
          }
          text.append("}");
        }
        case RECURSIVE -> {
          for (int i = 0; i < 50; i++) {
            text.append(String.format(Locale.ROOT, "(value_%d + %d * ", i, i));
          }
          text.append("7").append(")".repeat(50)).append(" = x\n");
        }
      }
      return text.toString();
    }

    private static String resource(String name) {
      try (InputStream in = GrammarBenchmark.class.getResourceAsStream("/grammars/" + name)) {
        return new String(in.readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Samples the tokens of the text. */
  @State(Scope.Benchmark)
  public static class Chains {
    private static final int[] NONE = {};

    /** Greedy at 0, otherwise top-k 40. */
    @Param({"0", "0.8"})
    public float temperature;

    private float[] logits;
    private SamplerChain free;
    private SamplerChain constrained;

    /** Creates the chains. */
    @Setup
    public void setUp(GrammarBenchmark grammar) {
      Random random = new Random(3);
      logits = new float[grammar.vocabulary];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) random.nextGaussian();
      }
      free = chain(Optional.empty());
      constrained = chain(Optional.of(grammar.constraint));
    }

    private SamplerChain chain(Optional<TokenConstraint> constraint) {
      Sampling sampling = Sampling.builder().temperature(temperature).topK(40).seed(1).build();
      return new SamplerChain(
          sampling, logits.length, NONE, NONE, 0, SequenceBreakers.NONE, constraint);
    }

    /** Samples with logits that strongly favour a token. */
    private int next(SamplerChain chain, int token) {
      float logit = logits[token];
      logits[token] = 12;
      int chosen = chain.next(logits, NONE, 0);
      logits[token] = logit;
      return chosen;
    }
  }

  /** The grammar. */
  @Param public Language language;

  /** The size of the vocabulary. */
  @Param({"100352", "200064"})
  public int vocabulary;

  private byte[][] texts;
  private Vocabulary known;
  private int[] tokens;
  private Automaton automaton;
  private TokenConstraint constraint;

  /** Builds the vocabulary, and checks the masks along the text against a plain walk. */
  @Setup
  public void setUp() throws IOException {
    GgufWriter writer = new GgufWriter();
    Path file = Files.createTempFile("vocabulary", ".gguf");
    GgufTokenizer tokenizer;
    try (Arena arena = Arena.ofConfined()) {
      (vocabulary == 100352 ? Vocabularies.putPhi4(writer) : Vocabularies.putMini(writer))
          .write(file);
      tokenizer =
          GgufTokenizer.read(
              GgufFile.open(file, arena).metadata(), Optional.empty(), finding -> {});
    } finally {
      Files.delete(file);
    }
    texts = new byte[vocabulary][];
    for (int id = 0; id < vocabulary; id++) {
      texts[id] = tokenizer.bytes(id);
    }
    known = new Vocabulary(new Bytes(texts));
    tokens = tokenizer.encode(language.text());
    GrammarRules rules = GbnfParser.parse(language.gbnf());
    automaton =
        AutomatonBuilder.build(
            rules,
            token -> {
              throw new IllegalStateException("the grammar names no tokens");
            });
    constraint = grammar().constraint();
    for (int token : tokens) {
      check();
      constraint.accept(token);
    }
    check();
    if (!CompiledGrammar.of(rules).matches(language.text())) {
      throw new IllegalStateException("the text does not follow the grammar");
    }
  }

  private void check() {
    long[] mask = constraint.allowed();
    for (int id = 0; id < vocabulary; id++) {
      if (((mask[id >> 6] & 1L << id) != 0) != constraint.allows(id)) {
        throw new IllegalStateException("token " + id + " is in the mask, or not, wrongly");
      }
    }
  }

  private CompiledGrammar grammar() {
    return known.compiled(automaton);
  }

  /** The masks along the text from the caches: the cost of each further generation. */
  @Benchmark
  public long again() {
    return along(constraint);
  }

  /** The masks along the text with a freshly compiled grammar: the cost of the first generation. */
  @Benchmark
  public long first() {
    return along(grammar().constraint());
  }

  /** All work for the tokens of the text after the forward pass, without a grammar. */
  @Benchmark
  public int freeTokens(Chains chains) {
    int sum = 0;
    for (int token : tokens) {
      sum += chains.next(chains.free, token);
    }
    return sum;
  }

  /** The same with the grammar and cached masks. */
  @Benchmark
  public int constrainedTokens(Chains chains) {
    constraint.rewind(0);
    int sum = 0;
    for (int token : tokens) {
      sum += chains.next(chains.constrained, token);
      constraint.accept(token);
    }
    return sum;
  }

  /** The trie of the vocabulary, built once per model. */
  @Benchmark
  public Object buildTrie() {
    return new TokenTrie(texts);
  }

  private long along(TokenConstraint sequence) {
    sequence.rewind(0);
    long sum = 0;
    for (int token : tokens) {
      sum += sequence.allowed()[0];
      sequence.accept(token);
    }
    return sum;
  }
}
