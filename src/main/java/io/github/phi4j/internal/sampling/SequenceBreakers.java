package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The token sequences that contain a DRY sequence breaker: a token that contains all of it, or one
 * that ends with a prefix of it followed by the tokens of the rest. Immutable.
 */
public final class SequenceBreakers {

  /** No breakers. */
  public static final SequenceBreakers NONE = new SequenceBreakers(new int[][][] {});

  private static final int LONGEST_TAIL = 20;
  private static final int[] NO_TAIL = {};
  private static final int[][] NO_TAILS = {};

  private final int[][][] tails; // by first token; an array, since a map would box ids

  private SequenceBreakers(int[][][] tails) {
    this.tails = tails;
  }

  /** Finds the sequences of breaker texts as llama.cpp does. */
  public static SequenceBreakers of(List<String> texts, Tokenizer tokenizer) {
    if (texts.isEmpty()) {
      return NONE;
    }
    Map<Integer, List<int[]>> found = new HashMap<>();
    List<byte[]> breakers = texts.stream().map(SequenceBreakers::bytes).toList();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      byte[] word = tokenizer.isSpecial(id) ? bytes(tokenizer.text(id)) : tokenizer.bytes(id);
      for (byte[] breaker : breakers) {
        addTails(id, word, breaker, tokenizer, found);
      }
    }
    return of(found);
  }

  /** The sequences, as tails by first token. */
  static SequenceBreakers of(Map<Integer, List<int[]>> sequences) {
    int ids = sequences.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
    int[][][] tails = new int[ids][][];
    Arrays.fill(tails, NO_TAILS);
    sequences.forEach((head, list) -> tails[head] = list.toArray(NO_TAILS));
    return new SequenceBreakers(tails);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void addTails(
      int id, byte[] word, byte[] breaker, Tokenizer tokenizer, Map<Integer, List<int[]>> found) {
    for (int at = 0; at < word.length; at++) {
      int overlap = Math.min(breaker.length, word.length - at);
      if (!Arrays.equals(word, at, at + overlap, breaker, 0, overlap)) {
        continue;
      }
      List<int[]> tails = found.computeIfAbsent(id, _ -> new ArrayList<>());
      if (overlap == breaker.length) {
        tails.add(NO_TAIL);
        return;
      }
      String rest = new String(breaker, overlap, breaker.length - overlap, StandardCharsets.UTF_8);
      int[] tail = tokenizer.encode(rest);
      tails.add(Arrays.copyOf(tail, Math.min(tail.length, LONGEST_TAIL)));
    }
  }

  /** The tails that complete a first token to a breaker; empty if the token is one by itself. */
  int[][] tails(int head) {
    return head < tails.length ? tails[head] : NO_TAILS;
  }

  /** Whether a token contains a whole breaker. */
  boolean isBreaker(int id) {
    for (int[] tail : tails(id)) {
      if (tail.length == 0) {
        return true;
      }
    }
    return false;
  }
}
