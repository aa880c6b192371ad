package io.github.phi4j.internal.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Finds keys in a text, leftmost-longest, as Hugging Face's tokenizers find added tokens. The keys
 * are the paths of a trie with its edges in an open-addressing table, so that the time does not
 * depend on their number.
 */
final class TokenFinder {

  private static final int NONE = -1;

  private final BitSet first = new BitSet(); // first chars of the keys
  private final long[] edges; // (node, char) + 1, or 0
  private final int[] targets;
  private final int[] ids; // of the key that ends at a node, or NONE
  private final long seed = ThreadLocalRandom.current().nextLong();

  /** Creates a finder of non-empty keys with values. */
  TokenFinder(Map<String, Integer> tokens) {
    int chars = tokens.keySet().stream().mapToInt(String::length).reduce(0, Math::addExact);
    int slots = Integer.highestOneBit(Math.max(1, chars)) << 2;
    edges = new long[slots];
    targets = new int[slots];
    int[] ends = new int[chars + 1];
    Arrays.fill(ends, NONE);
    int nodes = 1;
    for (Map.Entry<String, Integer> token : tokens.entrySet()) {
      String text = token.getKey();
      first.set(text.charAt(0));
      int node = 0;
      for (int i = 0; i < text.length(); i++) {
        int slot = slot(node, text.charAt(i));
        if (edges[slot] == 0) {
          edges[slot] = edge(node, text.charAt(i));
          targets[slot] = nodes++;
        }
        node = targets[slot];
      }
      ends[node] = token.getValue();
    }
    ids = Arrays.copyOf(ends, nodes);
  }

  /**
   * Splits a text at the matches.
   *
   * @param between receives each stretch between matches, never empty
   * @param found receives the value of each match
   */
  void split(String text, Consumer<String> between, IntConsumer found) {
    int from = 0;
    for (int at = first.isEmpty() ? text.length() : 0; at < text.length(); ) {
      int end = NONE;
      int id = NONE;
      int node = first.get(text.charAt(at)) ? 0 : NONE;
      for (int i = at; node != NONE && i < text.length(); i++) {
        int slot = slot(node, text.charAt(i));
        node = edges[slot] == 0 ? NONE : targets[slot];
        if (node != NONE && ids[node] != NONE) {
          end = i + 1;
          id = ids[node];
        }
      }
      if (end == NONE) {
        at++;
        continue;
      }
      if (from < at) {
        between.accept(text.substring(from, at));
      }
      found.accept(id);
      at = end;
      from = end;
    }
    if (from < text.length()) {
      between.accept(from == 0 ? text : text.substring(from));
    }
  }

  private static long edge(int node, char next) {
    return ((long) node << Character.SIZE | next) + 1;
  }

  private int slot(int node, char next) {
    long edge = edge(node, next);
    long hash = (edge ^ seed) * 0x9e3779b97f4a7c15L;
    hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
    int mask = edges.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (edges[slot] != 0 && edges[slot] != edge) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
