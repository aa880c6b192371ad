package io.github.phi4j.internal.text;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;

/** The merges of a byte-pair encoding, most wanted first: which two tokens become which. */
final class Merges {

  static final String KEY = "tokenizer.ggml.merges";

  final int[] left;
  final int[] right;
  final int[] merged;

  private Merges(int count) {
    left = new int[count];
    right = new int[count];
    merged = new int[count];
  }

  /** Reads {@code "left right"} pairs of tokens as they are written in the file. */
  static Merges read(GgufMetadata metadata, WrittenTokens tokens) {
    GgufArray written =
        metadata
            .strings(KEY)
            .orElseThrow(() ->
                metadata.problem(KEY, "is missing", "the merges of the byte-level vocabulary"));
    ByteStrings pairs = written.strings();
    byte[] bytes = pairs.bytes();
    Merges merges = new Merges(pairs.count());
    for (int i = 0; i < merges.count(); i++) {
      int from = pairs.starts()[i];
      int to = pairs.starts()[i + 1];
      int space = from + 1;
      while (space < to && bytes[space] != ' ') {
        space++;
      }
      if (space >= to - 1) {
        throw problem(metadata, i, written, "that is not two parts with a space between");
      }
      merges.left[i] = tokens.text(bytes, from, space);
      merges.right[i] = tokens.text(bytes, space + 1, to);
      System.arraycopy(bytes, space + 1, bytes, space, to - space - 1);
      merges.merged[i] = tokens.text(bytes, from, to - 1);
      if (merges.left[i] < 0 || merges.right[i] < 0 || merges.merged[i] < 0) {
        throw problem(
            metadata, i, written, "whose parts, or what they give, are not ordinary tokens");
      }
    }
    return merges;
  }

  private static ModelException problem(
      GgufMetadata metadata, int index, GgufArray written, String fault) {
    return metadata.problem(
        KEY,
        "with merge " + index + " \"" + written.string(index) + "\" " + fault,
        "two tokens of the vocabulary whose concatenation is a token, too");
  }

  int count() {
    return merged.length;
  }

  /** Whether merge {@code k} gives token {@code 256 + k}, as where ids are tiktoken's ranks. */
  boolean inOrderOfIds() {
    for (int i = 0; i < merged.length; i++) {
      if (merged[i] != i + 256) {
        return false;
      }
    }
    return true;
  }
}
