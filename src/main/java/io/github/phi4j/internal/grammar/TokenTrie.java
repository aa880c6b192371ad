package io.github.phi4j.internal.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A trie of a vocabulary's tokens over bytes. Nodes are in pre-order, children by ascending byte.
 * Node 0 is the root; each other node is a distinct token prefix. Immutable.
 */
final class TokenTrie {

  /** The kind of all bytes that are not literal characters of a JSON string. */
  static final int OTHER_KIND = 0;

  /** No kind. */
  static final int NO_KIND = 63;

  private final byte[] texts; // of all tokens, concatenated
  private final int[] starts; // start of each token's text, then the end of the last
  private final byte[] labels;
  private final int[] ends; // end of each node's subtree, exclusive
  private final short[] depths;
  private final short[] heights;
  private final long[] kindsBelow; // the kinds of the bytes below each node
  private final int[] sorted; // ids sorted by bytes
  private final int[] ownTokens; // by node: the start in sorted of the tokens that end there
  private final int maxDepth;
  private final int[] structural;

  /**
   * Creates a trie.
   *
   * @param texts the bytes of each token; tokens without bytes are not in the trie
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
    kindsBelow = new long[nodes];
    fill(texts);
    structural = IntStream.range(0, texts.length).filter(id -> isStructural(texts[id])).toArray();
    int[] above = new int[maxDepth + 1]; // the node at each depth
    for (int node = 1; node < nodes; node++) {
      above[depths[node]] = node;
      long kind = 1L << kind(labels[node] & 0xff);
      for (int depth = depths[node] - 1;
          depth >= 0 && (kindsBelow[above[depth]] & kind) == 0;
          depth--) {
        kindsBelow[above[depth]] |= kind;
      }
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

  /** Returns the number of token ids, including those that are not in the trie. */
  int tokens() {
    return starts.length - 1;
  }

  /** Returns the start of a token's text; it ends at the start of the next id's. */
  int textStart(int token) {
    return starts[token];
  }

  /** Returns a byte of the texts. */
  int text(int index) {
    return texts[index] & 0xff;
  }

  int nodes() {
    return labels.length;
  }

  /** Returns the byte that leads to a node. */
  int label(int node) {
    return labels[node] & 0xff;
  }

  /** Returns the end of a node's subtree, exclusive. */
  int end(int node) {
    return ends[node];
  }

  int depth(int node) {
    return depths[node];
  }

  int maxDepth() {
    return maxDepth;
  }

  /**
   * Returns the tokens that may end a JSON value or name: those with a quote, a closing bracket, a
   * colon or a comma.
   */
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

  /** Returns the number of bytes from a node to the end of the longest token below it. */
  int height(int node) {
    return heights[node];
  }

  /**
   * The kind of a byte, a number below 64: letters by whether they are hexadecimal digits and by
   * case, digits, each other character of JSON strings that needs no escape, and {@link
   * #OTHER_KIND}.
   */
  static int kind(int value) {
    if (value < ' ' || value >= 0x7f || value == '"' || value == '\\') {
      return OTHER_KIND;
    }
    if (value >= '0' && value <= '9') {
      return 1;
    }
    if (value >= 'a' && value <= 'z') {
      return value <= 'f' ? 2 : 3;
    }
    if (value >= 'A' && value <= 'Z') {
      return value <= 'F' ? 4 : 5;
    }
    return value < '0'
        ? value - ' ' + 6
        : value < 'A' ? value - ':' + 22 : value < 'a' ? value - '[' + 29 : value - '{' + 35;
  }

  /** The kinds of all bytes below a node, a bit for each. */
  long kindsBelow(int node) {
    return kindsBelow[node];
  }

  /** Sets the bits of the tokens that end at a node or below. */
  void markBelow(int node, long[] bits) {
    for (int i = ownTokens[node]; i < ownTokens[ends[node]]; i++) {
      bits[sorted[i] >> 6] |= 1L << sorted[i];
    }
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
