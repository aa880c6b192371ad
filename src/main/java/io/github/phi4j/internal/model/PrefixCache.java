package io.github.phi4j.internal.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and values of computed contexts, for reuse by contexts with the same prefix: a tree of
 * pages, each with the next {@link KvCache#PAGE_LENGTH} tokens after its parent's, or fewer at the
 * end of a context. When full, it evicts the least recently used leaf. Thread-safe.
 */
public final class PrefixCache implements AutoCloseable {

  private final long capacity;
  private final Map<Kind, Node> roots = new HashMap<>();
  private long clock;
  private long bytes;
  private int generation;
  private long hits;
  private long misses;
  private long reusedTokens;

  /** The key of a tree: contexts of different kinds share nothing. */
  private record Kind(KvCache.Format format, boolean longFactors) {}

  private static final class Node {
    final Node parent;
    final List<Node> children = new ArrayList<>();
    int[] tokens;
    KvPage page;
    long used;

    Node(Node parent, int[] tokens, KvPage page) {
      this.parent = parent;
      this.tokens = tokens;
      this.page = page;
    }

    /** The number of this page's tokens that match at a position. */
    int match(int[] context, int from, int end) {
      int most = Math.min(tokens.length, end - from);
      int mismatch = Arrays.mismatch(tokens, 0, most, context, from, from + most);
      return mismatch < 0 ? most : mismatch;
    }
  }

  /**
   * Creates an empty cache.
   *
   * @param capacity maximum bytes of pages
   */
  public PrefixCache(long capacity) {
    this.capacity = capacity;
  }

  /**
   * Gives a cache the pages of the longest known prefix, if longer than its own contents.
   *
   * @param tokens the tokens of the cache's context
   * @param end the maximum number of reused tokens
   * @return the number of reused positions
   */
  public synchronized int extend(KvCache cache, int[] tokens, int end) {
    if (capacity == 0 || end <= cache.length()) {
      return 0;
    }
    List<Node> path = new ArrayList<>();
    int found = find(roots.get(kind(cache)), tokens, end, path);
    int gained = found - cache.length();
    if (gained <= 0) {
      misses++;
      return 0;
    }
    path.forEach(node -> node.used = ++clock);
    cache.adopt(path.stream().map(node -> node.page.hold()).toList(), found, cache.longFactors());
    hits++;
    reusedTokens += gained;
    return gained;
  }

  private static Kind kind(KvCache cache) {
    return new Kind(cache.format(), cache.longFactors());
  }

  private static int find(Node root, int[] tokens, int end, List<Node> path) {
    int found = 0;
    for (Node node = root; node != null; ) {
      Node best = null;
      int longest = 0;
      for (Node child : node.children) {
        int match = child.match(tokens, found, end);
        if (match > longest) {
          best = child;
          longest = match;
        }
      }
      if (best != null) {
        path.add(best);
        found += longest;
      }
      node = longest == KvCache.PAGE_LENGTH ? best : null;
    }
    return found;
  }

  /**
   * Adds the contents of a cache.
   *
   * @param tokens the tokens of the cache's context
   * @param length the number of tokens to add; later ones are ignored
   * @param computed the {@linkplain #generation generation} in which all of it was computed; where
   *     it is not the present one, nothing is added
   */
  public synchronized void add(KvCache cache, int[] tokens, int length, int computed) {
    if (computed != generation || cache.pageBytes() > capacity) {
      return;
    }
    Node node = roots.computeIfAbsent(kind(cache), _ -> new Node(null, null, null));
    for (int from = 0; from < length && node != null; from += KvCache.PAGE_LENGTH) {
      int number = from / KvCache.PAGE_LENGTH;
      if (cache.page(number).isReadOnly()) {
        break; // mapped from a file, which other contexts must not depend on
      }
      int end = Math.min(length, from + KvCache.PAGE_LENGTH);
      node = add(node, Arrays.copyOfRange(tokens, from, end), cache, number);
      if (node != null) {
        node.used = ++clock;
      }
    }
    evict();
  }

  /** The child with these tokens; null if a child has them and more, so that nothing can follow. */
  private Node add(Node parent, int[] tokens, KvCache cache, int number) {
    for (Node child : parent.children) {
      int match = child.match(tokens, 0, tokens.length);
      if (match == tokens.length) {
        child.used = ++clock;
        return child.tokens.length == match ? child : null;
      }
      if (match == child.tokens.length) { // it ended here and now continues
        child.page.release();
        child.page = cache.holdPage(number);
        child.tokens = tokens;
        return child;
      }
    }
    Node child = new Node(parent, tokens, cache.holdPage(number));
    parent.children.add(child);
    bytes += child.page.memory().byteSize();
    return child;
  }

  private void evict() {
    while (bytes > capacity) {
      Node oldest = null;
      for (Node root : roots.values()) {
        oldest = oldestLeaf(root, oldest);
      }
      remove(oldest);
    }
  }

  private static Node oldestLeaf(Node root, Node than) {
    Node oldest = than;
    List<Node> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      Node node = open.removeLast();
      open.addAll(node.children);
      boolean leaf = node.parent != null && node.children.isEmpty();
      if (leaf && (oldest == null || node.used < oldest.used)) {
        oldest = node;
      }
    }
    return oldest;
  }

  private void remove(Node leaf) {
    leaf.parent.children.remove(leaf);
    bytes -= leaf.page.memory().byteSize();
    leaf.page.release();
  }

  /** Releases everything. */
  public synchronized void clear() {
    for (Node root : roots.values()) {
      List<Node> open = new ArrayList<>(root.children);
      while (!open.isEmpty()) {
        Node node = open.removeLast();
        open.addAll(node.children);
        node.page.release();
      }
    }
    roots.clear();
    bytes = 0;
  }

  /** The number of calls of {@link #renew}. */
  public synchronized int generation() {
    return generation;
  }

  /** Releases everything, and accepts nothing that was computed before. */
  public synchronized void renew() {
    generation++;
    clear();
  }

  /** Bytes of the pages held. */
  public synchronized long bytes() {
    return bytes;
  }

  /** The number of contexts that reused tokens. */
  public synchronized long hits() {
    return hits;
  }

  /** The number of contexts that reused none. */
  public synchronized long misses() {
    return misses;
  }

  /** The number of reused positions. */
  public synchronized long reusedTokens() {
    return reusedTokens;
  }

  @Override
  public void close() {
    clear();
  }
}
