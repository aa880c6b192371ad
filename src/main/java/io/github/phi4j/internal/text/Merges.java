package io.github.phi4j.internal.text;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

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
    int count = written.length();
    Merges merges = new Merges(count);
    for (int i = 0; i < count; i++) {
      byte[] pair = written.bytes(i).toArray(ValueLayout.JAVA_BYTE);
      int space = 1;
      while (space < pair.length && pair[space] != ' ') {
        space++;
      }
      if (space >= pair.length - 1) {
        throw problem(metadata, i, pair, "that is not two parts with a space between");
      }
      merges.left[i] = tokens.text(pair, 0, space);
      merges.right[i] = tokens.text(pair, space + 1, pair.length);
      System.arraycopy(pair, space + 1, pair, space, pair.length - space - 1);
      merges.merged[i] = tokens.text(pair, 0, pair.length - 1);
      if (merges.left[i] < 0 || merges.right[i] < 0 || merges.merged[i] < 0) {
        throw problem(
            metadata,
            i,
            written.bytes(i).toArray(ValueLayout.JAVA_BYTE),
            "whose parts, or what they give, are not ordinary tokens");
      }
    }
    return merges;
  }

  private static ModelException problem(
      GgufMetadata metadata, int index, byte[] pair, String fault) {
    String text = new String(pair, StandardCharsets.UTF_8);
    return metadata.problem(
        KEY,
        "with merge " + index + " \"" + text + "\" " + fault,
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
