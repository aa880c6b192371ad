package io.github.phi4j.cli;

import io.github.phi4j.api.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One measurement in llama-bench's manner: a prompt is processed, or tokens are generated one by
 * one, or both in turn, after {@code depth} tokens of context. Token ids are random but the same
 * each time; neither tokenizing nor sampling is part of it.
 *
 * @param promptTokens tokens that are processed together
 * @param generatedTokens tokens that are processed one by one
 * @param depth tokens in the context before that, which are not timed
 */
record BenchTest(int promptTokens, int generatedTokens, int depth) {

  /** A test warms up for this long: a single run would be timed before C2 has compiled it. */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int WARM_UP_RUNS = 100;

  private static final long SEED = 42;

  /** Context that the test takes. */
  int contextLength() {
    return promptTokens + generatedTokens + depth;
  }

  int tokens() {
    return promptTokens + generatedTokens;
  }

  /** The name that llama-bench gives to such a test. */
  String label() {
    List<String> parts = new ArrayList<>();
    if (promptTokens > 0) {
      parts.add("pp" + promptTokens);
    }
    if (generatedTokens > 0) {
      parts.add("tg" + generatedTokens);
    }
    return String.join("+", parts) + (depth > 0 ? " @ d" + depth : "");
  }

  /**
   * Runs the test.
   *
   * @return nanoseconds of each repetition
   */
  List<Long> run(Session session, int vocabularySize, int repetitions, boolean warmUp) {
    int[] ids = new Random(SEED).ints(contextLength(), 0, vocabularySize).toArray();
    if (warmUp) {
      warmUp(session, ids);
    }
    session.rewind(0);
    if (depth > 0) {
      session.feed(slice(ids, 0, depth));
    }
    int[] prompt = slice(ids, depth, promptTokens);
    int[] generated = slice(ids, depth + promptTokens, generatedTokens);
    List<Long> samples = new ArrayList<>();
    for (int i = 0; i < repetitions; i++) {
      session.rewind(depth);
      long start = System.nanoTime();
      if (promptTokens > 0) {
        session.feed(prompt);
      }
      for (int id : generated) {
        session.feed(id);
      }
      samples.add(System.nanoTime() - start);
    }
    return samples;
  }

  /** Runs the test, as often as fits into the time, and at least its prompt and one token. */
  private void warmUp(Session session, int[] ids) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    for (int run = 0; run == 0 || (run < WARM_UP_RUNS && System.nanoTime() < end); run++) {
      session.rewind(0);
      if (promptTokens > 0) {
        session.feed(slice(ids, 0, promptTokens));
      }
      for (int i = 0; i < generatedTokens && (i == 0 || System.nanoTime() < end); i++) {
        session.feed(ids[promptTokens + i]);
      }
    }
  }

  private static int[] slice(int[] ids, int start, int length) {
    return Arrays.copyOfRange(ids, start, start + length);
  }
}
