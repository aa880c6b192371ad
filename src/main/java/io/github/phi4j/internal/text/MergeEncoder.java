package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.api.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;

/**
 * Encodes by a merge list, as Hugging Face's tokenizers do: repeatedly applies the merge that comes
 * first in the list, leftmost first, until none applies to a piece.
 */
final class MergeEncoder implements BytePairEncoder {

  private final PreTokenizer preTokenizer;
  private final Vocabulary vocabulary;
  private final int[] byteIds;
  private final Merges merges;
  private final PairTable pairs;

  MergeEncoder(Vocabulary vocabulary, PreTokenizer preTokenizer) {
    this.preTokenizer = preTokenizer;
    this.vocabulary = vocabulary;
    this.byteIds = vocabulary.byteIds();
    this.merges = vocabulary.merges();
    this.pairs = new PairTable(merges);
  }

  @Override
  public void encode(String text, IntArrayList ids) {
    Piece piece = new Piece();
    for (Matcher matcher = preTokenizer.pattern().matcher(text); matcher.find(); ) {
      byte[] bytes = matcher.group().getBytes(StandardCharsets.UTF_8);
      piece.merge(bytes, 0, bytes.length, PairTable.NONE);
      for (int i = 0; i != Piece.END; i = piece.next[i]) {
        ids.add(piece.ids[i]);
      }
    }
  }

  /** Whether ids are ranks, and encoding by ranks equals encoding by the list. */
  boolean agreesWithRanks() {
    for (int b = 0; b < Vocabulary.BYTE_VALUES; b++) {
      if (byteIds[b] >= Vocabulary.BYTE_VALUES) {
        return false;
      }
    }
    if (!merges.inOrderOfIds()) {
      return false;
    }
    Piece piece = new Piece();
    int[] starts = vocabulary.starts();
    for (int rank = 0; rank < merges.count(); rank++) {
      int id = merges.merged[rank];
      piece.merge(vocabulary.bytes(), starts[id], starts[id + 1], rank);
      int second = piece.next[0];
      if (piece.ids[0] != merges.left[rank]
          || second == Piece.END
          || piece.ids[second] != merges.right[rank]
          || piece.next[second] != Piece.END) {
        return false;
      }
    }
    return true;
  }

  /** The state of a piece: a linked list of tokens and a heap of applicable merges. */
  private final class Piece {

    static final int END = -1;

    private int[] ids = new int[0];
    private int[] next = new int[0];
    private int[] previous = new int[0];
    private int[] ranks = new int[0]; // of the merge with the next token
    private long[] heap = new long[0]; // rank, then position; the minimum is the next merge
    private int heapSize;

    /** Applies the merges below a rank; the result starts at position 0. */
    void merge(byte[] bytes, int from, int to, int limit) {
      int length = to - from;
      if (ids.length < length) {
        ids = new int[length];
        next = new int[length];
        previous = new int[length];
        ranks = new int[length];
      }
      heapSize = 0;
      for (int i = 0; i < length; i++) {
        ids[i] = byteIds[bytes[from + i] & 0xff];
        previous[i] = i - 1;
        next[i] = i + 1 < length ? i + 1 : END;
      }
      for (int i = 0; i < length; i++) {
        offer(i, limit);
      }
      while (heapSize > 0) {
        long least = pop();
        int rank = (int) (least >>> Integer.SIZE);
        int position = (int) least;
        if (ranks[position] != rank) {
          continue; // stale: a neighbour was merged meanwhile
        }
        ids[position] = merges.merged[rank];
        int gone = next[position];
        ranks[gone] = PairTable.NONE;
        next[position] = next[gone];
        if (next[gone] != END) {
          previous[next[gone]] = position;
        }
        offer(position, limit);
        if (previous[position] >= 0) {
          offer(previous[position], limit);
        }
      }
    }

    private void offer(int position, int limit) {
      int second = next[position];
      int rank = second == END ? PairTable.NONE : pairs.rank(ids[position], ids[second]);
      ranks[position] = rank < limit ? rank : PairTable.NONE;
      if (rank < limit) {
        push((long) rank << Integer.SIZE | position);
      }
    }

    private void push(long entry) {
      if (heapSize == heap.length) {
        heap = Arrays.copyOf(heap, Math.max(16, 2 * heapSize));
      }
      int hole = heapSize++;
      while (hole > 0 && heap[(hole - 1) / 2] > entry) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
      }
      heap[hole] = entry;
    }

    private long pop() {
      long least = heap[0];
      long last = heap[--heapSize];
      int hole = 0;
      for (int child = 1; child < heapSize; child = 2 * hole + 1) {
        if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
          child++;
        }
        if (last <= heap[child]) {
          break;
        }
        heap[hole] = heap[child];
        hole = child;
      }
      heap[hole] = last;
      return least;
    }
  }
}
