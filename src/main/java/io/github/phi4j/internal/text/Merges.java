package io.github.phi4j.internal.text;

import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.util.Arrays;
import java.util.function.Consumer;

/** The merges of a byte-pair encoding by priority: the two tokens and their result. */
final class Merges {

  static final String KEY = "tokenizer.ggml.merges";

  final int[] left;
  final int[] right;
  final int[] merged;

  private Merges(int[] left, int[] right, int[] merged) {
    this.left = left;
    this.right = right;
    this.merged = merged;
  }

  /**
   * Reads {@code "left right"} pairs of tokens as they are written in the file. Skips lines that
   * are not such a pair, or whose parts or result are not tokens; they can never apply.
   */
  static Merges read(GgufMetadata metadata, WrittenTokens tokens, Consumer<String> findings) {
    GgufArray written =
        metadata
            .strings(KEY)
            .orElseThrow(() ->
                metadata.problem(KEY, "is missing", "the merges of the byte-level vocabulary"));
    ByteStrings pairs = written.strings();
    byte[] bytes = pairs.bytes();
    int[] left = new int[pairs.count()];
    int[] right = new int[pairs.count()];
    int[] merged = new int[pairs.count()];
    int count = 0;
    int first = -1;
    for (int i = 0; i < pairs.count(); i++) {
      int from = pairs.starts()[i];
      int to = pairs.starts()[i + 1];
      int space = from + 1;
      while (space < to && bytes[space] != ' ') {
        space++;
      }
      boolean applies = false;
      if (space < to - 1) {
        left[count] = tokens.text(bytes, from, space);
        right[count] = tokens.text(bytes, space + 1, to);
        System.arraycopy(bytes, space + 1, bytes, space, to - space - 1);
        merged[count] = tokens.text(bytes, from, to - 1);
        applies = left[count] >= 0 && right[count] >= 0 && merged[count] >= 0;
      }
      count += applies ? 1 : 0;
      first = applies || first >= 0 ? first : i;
    }
    int ignored = pairs.count() - count;
    if (ignored > 0) {
      findings.accept(
          "metadata key "
              + KEY
              + " has "
              + ignored
              + (ignored == 1
                  ? " merge that cannot apply, "
                  : " merges that cannot apply, such as ")
              + "merge "
              + first
              + " \""
              + written.string(first)
              + "\": ignored");
    }
    return new Merges(
        Arrays.copyOf(left, count), Arrays.copyOf(right, count), Arrays.copyOf(merged, count));
  }

  int count() {
    return merged.length;
  }

  /** Whether merge {@code k} results in token {@code 256 + k}, so that ids are tiktoken ranks. */
  boolean inOrderOfIds() {
    for (int i = 0; i < merged.length; i++) {
      if (merged[i] != i + 256) {
        return false;
      }
    }
    return true;
  }
}
