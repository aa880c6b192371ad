package io.github.phi4j.internal.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The tokens of a vocabulary by their bytes: a trie whose nodes lie in the order of a walk that
 * visits a node before what is below it, and bytes as they rise. Node 0 is the root; without it
 * there are as many nodes as different beginnings of tokens. Immutable.
 */
final class TokenTrie {

  private final byte[] texts; // of all tokens, one after the other
  private final int[] starts; // of each token's text, then the end of the last
  private final byte[] labels;
  private final int[] ends; // the node after the last one below each
  private final short[] depths;
  private final short[] heights;
  private final int[] sorted; // ids of the tokens, by their bytes
  private final int[] ownTokens; // of each node, where those that end there begin in sorted
  private final int maxDepth;
  private final int[] structural;

  /**
   * Creates a trie.
   *
   * @param texts the bytes of each token; those without are no text and are not in the trie
   */
  TokenTrie(byte[][] texts) {
    starts = new int[texts.length + 1];
    for (int id = 0; id < texts.length; id++) {
      starts[id + 1] = starts[id] + texts[id].length;
    }
    this.texts = new byte[starts[texts.length]];
    for (int id = 0; id < texts.length; id++) {
      System.arraycopy(texts[id], 0, this.texts, starts[id], texts[id].length);
    }
    sorted =
        IntStream.range(0, texts.length)
            .filter(id -> texts[id].length > 0)
            .boxed()
            .sorted(Comparator.comparing(id -> texts[id], Arrays::compareUnsigned))
            .mapToInt(Integer::intValue)
            .toArray();
    int nodes = 1;
    int deepest = 0;
    byte[] before = {};
    for (int id : sorted) {
      nodes += texts[id].length - common(before, texts[id]);
      deepest = Math.max(deepest, texts[id].length);
      before = texts[id];
    }
    if (deepest > Short.MAX_VALUE) {
      throw new IllegalArgumentException("a token has " + deepest + " bytes; at most 32767 can be");
    }
    maxDepth = deepest;
    labels = new byte[nodes];
    ends = new int[nodes];
    depths = new short[nodes];
    ownTokens = new int[nodes + 1];
    heights = new short[nodes];
    fill(texts);
    structural = IntStream.range(0, texts.length).filter(id -> isStructural(texts[id])).toArray();
    int[] above = new int[maxDepth + 1]; // the node at each depth
    for (int node = 1; node < nodes; node++) {
      above[depths[node]] = node;
      for (int depth = depths[node] - 1; depth >= 0; depth--) {
        int height = depths[node] - depth;
        if (heights[above[depth]] >= height) {
          break;
        }
        heights[above[depth]] = (short) height;
      }
    }
  }

  private void fill(byte[][] texts) {
    int[] path = new int[maxDepth + 1]; // the node at each depth
    int depth = 0;
    int node = 0;
    byte[] before = {};
    for (int i = 0; i < sorted.length; i++) {
      byte[] text = texts[sorted[i]];
      int common = common(before, text);
      for (; depth > common; depth--) {
        ends[path[depth]] = node + 1;
      }
      while (depth < text.length) {
        node++;
        labels[node] = text[depth];
        depths[node] = (short) ++depth;
        path[depth] = node;
        ownTokens[node] = i;
      }
      ownTokens[node + 1] = i + 1;
      before = text;
    }
    for (; depth >= 0; depth--) {
      ends[path[depth]] = node + 1;
    }
  }

  private static int common(byte[] one, byte[] other) {
    int mismatch = Arrays.mismatch(one, other);
    return mismatch < 0 ? one.length : mismatch;
  }

  /** The number of token ids, also of those that are not in the trie. */
  int tokens() {
    return starts.length - 1;
  }

  /** Where the text of a token starts; it ends where that of the next id starts. */
  int textStart(int token) {
    return starts[token];
  }

  /** A byte of the texts. */
  int text(int index) {
    return texts[index] & 0xff;
  }

  int nodes() {
    return labels.length;
  }

  /** The byte that leads to a node. */
  int label(int node) {
    return labels[node] & 0xff;
  }

  /** The first node after all those below a node. */
  int end(int node) {
    return ends[node];
  }

  int depth(int node) {
    return depths[node];
  }

  int maxDepth() {
    return maxDepth;
  }

  /** The tokens that end something in JSON: with a quote, a closing bracket, a colon or a comma. */
  int[] structural() {
    return structural;
  }

  private static boolean isStructural(byte[] text) {
    for (byte value : text) {
      if (value == '"' || value == ',' || value == ']' || value == '}' || value == ':') {
        return true;
      }
    }
    return false;
  }

  /** How far the longest token below a node goes on behind it. */
  int height(int node) {
    return heights[node];
  }

  /** Clears the bits of the tokens that end at a node or below. */
  void clearBelow(int node, long[] bits) {
    for (int i = ownTokens[node]; i < ownTokens[ends[node]]; i++) {
      bits[sorted[i] >> 6] &= ~(1L << sorted[i]);
    }
  }

  /** Sets the bits of the tokens that end at a node. */
  void mark(int node, long[] bits) {
    for (int i = ownTokens[node]; i < ownTokens[node + 1]; i++) {
      bits[sorted[i] >> 6] |= 1L << sorted[i];
    }
  }
}
