package io.github.phi4j.internal.text;

import io.github.phi4j.internal.gguf.GgufFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a vocabulary takes when a model is loaded, warm and, as programs meet it, cold. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
public class VocabularyBenchmark {

  /** The vocabulary. */
  @Param public TokenizerBenchmark.Family family;

  private Path file;

  /** Writes a file that holds the vocabulary alone. */
  @Setup
  public void setUp() throws IOException {
    file = family.vocabulary().write(Files.createTempFile("vocabulary", ".gguf"));
  }

  /** Checks what the file gives (not before: a cold start must be cold), and deletes it. */
  @TearDown
  public void tearDown() throws IOException {
    family.check(load());
    Files.delete(file);
  }

  /** A file to a tokenizer that can decode. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public GgufTokenizer load() {
    try (Arena arena = Arena.ofShared()) {
      return GgufTokenizer.read(
          GgufFile.open(file, arena).metadata(), Optional.empty(), finding -> {});
    }
  }

  /** A file to the ids of a first text. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public int[] loadAndEncode() {
    return load().encode("Hello world");
  }

  /** The same in a JVM that has read no vocabulary before. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @Fork(5)
  public int[] loadAndEncodeCold() {
    return loadAndEncode();
  }
}
