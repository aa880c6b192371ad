package io.github.phi4j.cli;

import io.github.phi4j.api.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;

/**
 * A measurement in llama-bench's manner: prompt processing, token-by-token generation, or both in
 * sequence, after {@code depth} tokens of context. Token ids are random with a fixed seed;
 * tokenizing and sampling are excluded.
 *
 * @param promptTokens tokens processed as a prompt
 * @param generatedTokens tokens processed one by one
 * @param depth earlier tokens in the context, not timed
 * @param parallel the number of concurrent sequences
 */
record BenchTest(int promptTokens, int generatedTokens, int depth, int parallel) {

  /**
   * The duration of the warm-up: after a single run, C2 would not have compiled the kernels yet.
   */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int WARM_UP_RUNS = 100;

  private static final long SEED = 42;

  /** Returns the context length of a sequence. */
  int contextLength() {
    return promptTokens + generatedTokens + depth;
  }

  /** Returns the number of timed tokens of all sequences. */
  int tokens() {
    return (promptTokens + generatedTokens) * parallel;
  }

  /** Returns llama-bench's name of the test, extended for several sequences. */
  String label() {
    List<String> parts = new ArrayList<>();
    if (promptTokens > 0) {
      parts.add("pp" + promptTokens);
    }
    if (generatedTokens > 0) {
      parts.add("tg" + generatedTokens);
    }
    return String.join("+", parts)
        + (parallel > 1 ? " np" + parallel : "")
        + (depth > 0 ? " @ d" + depth : "");
  }

  /**
   * Runs the test.
   *
   * @param sessions one per sequence
   * @return nanoseconds of each repetition
   */
  List<Long> run(List<Session> sessions, int vocabularySize, int repetitions, boolean warmUp) {
    if (warmUp) {
      long end = System.nanoTime() + WARM_UP_NANOS;
      together(sessions, (session, number) -> warmUp(session, ids(number, vocabularySize), end));
    }
    together(
        sessions,
        (session, number) -> {
          session.rewind(0);
          if (depth > 0) {
            session.feed(slice(ids(number, vocabularySize), 0, depth));
          }
        });
    List<Long> samples = new ArrayList<>();
    for (int i = 0; i < repetitions; i++) {
      sessions.forEach(session -> session.rewind(depth));
      long start = System.nanoTime();
      together(sessions, (session, number) -> compute(session, ids(number, vocabularySize)));
      samples.add(System.nanoTime() - start);
    }
    return samples;
  }

  private int[] ids(int number, int vocabularySize) {
    return new Random(SEED + number).ints(contextLength(), 0, vocabularySize).toArray();
  }

  private void compute(Session session, int[] ids) {
    if (promptTokens > 0) {
      session.feed(slice(ids, depth, promptTokens));
    }
    for (int i = depth + promptTokens; i < contextLength(); i++) {
      session.feed(ids[i]);
    }
  }

  /** Repeats the test until the deadline; runs at least its prompt and one token. */
  private void warmUp(Session session, int[] ids, long end) {
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

  /** Runs work on all sessions concurrently. */
  private static void together(List<Session> sessions, ObjIntConsumer<Session> work) {
    if (sessions.size() == 1) {
      work.accept(sessions.getFirst(), 0);
      return;
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (int i = 0; i < sessions.size(); i++) {
        int number = i;
        running.add(
            CompletableFuture.runAsync(() -> work.accept(sessions.get(number), number), threads));
      }
      running.forEach(CompletableFuture::join);
    }
  }

  private static int[] slice(int[] ids, int start, int length) {
    return Arrays.copyOfRange(ids, start, start + length);
  }
}
