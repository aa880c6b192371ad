package io.github.phi4j.internal.text;

import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.util.Arrays;
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

/** Text of {@value #LENGTH} characters to ids and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenizerBenchmark {

  private static final int LENGTH = 40_000;

  /** Whose vocabulary. */
  public enum Family {
    /** 100,352 tokens. */
    PHI4,
    /** 200,064 tokens. */
    MINI;

    GgufWriter vocabulary() {
      GgufWriter writer = new GgufWriter();
      return this == PHI4 ? Vocabularies.putPhi4(writer) : Vocabularies.putMini(writer);
    }

    /** What tiktoken gives for "Hello world". */
    private int[] helloWorld() {
      return this == PHI4 ? new int[] {9906, 1917} : new int[] {13225, 2375};
    }

    void check(GgufTokenizer tokenizer) {
      int[] found = tokenizer.encode("Hello world");
      if (!Arrays.equals(found, helloWorld())) {
        throw new IllegalStateException("Hello world is " + Arrays.toString(found));
      }
    }
  }

  /** What is tokenized. */
  public enum Writing {
    /** Sentences. */
    ENGLISH(
        """
        It was late in the year, and the harbour lay quiet under a thin grey rain. "You never said \
        when she'd be back," the keeper remarked, folding yesterday's newspaper (he had read it \
        twice). Nobody answered; there were 37 boats at the quay in 1908, and only one had come \
        home. They waited, as one waits for weather: without hope, without impatience, watching \
        the unremarkable horizon.

        """),
    /** A program. */
    CODE(
        """
        static int indexOf(byte[] haystack, byte[] needle, int from) {
          outer:
          for (int i = Math.max(from, 0); i <= haystack.length - needle.length; i++) {
            for (int j = 0; j < needle.length; j++) {
              if (haystack[i + j] != needle[j]) {
                continue outer; // 0x7f is as good as any
              }
            }
            return i;
          }
          return -1;
        }

        """),
    /** Chinese, Japanese and Korean: the first article of the Declaration of Human Rights. */
    CJK(
        """
        人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。
        すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。\
        人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。
        모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.
        """);

    private final String text;

    Writing(String passage) {
      text = passage.repeat(Math.ceilDiv(LENGTH, passage.length())).substring(0, LENGTH);
    }
  }

  /** The vocabulary. */
  @Param public Family family;

  /** The text. */
  @Param public Writing writing;

  private GgufTokenizer tokenizer;
  private int[] ids;

  /** Reads the vocabulary and checks that ids are right and give the text back. */
  @Setup
  public void setUp() {
    tokenizer = Tokenizers.read(family.vocabulary());
    ids = encode();
    if (!decode().equals(writing.text)) {
      throw new IllegalStateException("decoding does not give the text back");
    }
    family.check(tokenizer);
  }

  /** Text to ids. */
  @Benchmark
  public int[] encode() {
    return tokenizer.encode(writing.text);
  }

  /** Ids to text. */
  @Benchmark
  public String decode() {
    return tokenizer.decode(ids);
  }
}
