package io.github.phi4j.internal.text;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The tokens as a file has them: byte-mapped or literal text, with a type each. Lives for a load.
 */
final class WrittenTokens {

  static final String TOKENS = "tokenizer.ggml.tokens";
  static final String TYPES = "tokenizer.ggml.token_type";

  static final int UNDEFINED = 0;
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  private static final int BYTE = 6;

  private final GgufMetadata metadata;
  private final byte[] bytes;
  private final int[] starts;
  private final SpanTable table;
  private final byte[] types;
  private final boolean typed;

  private WrittenTokens(
      GgufMetadata metadata, ByteStrings strings, SpanTable table, byte[] types, boolean typed) {
    this.metadata = metadata;
    this.bytes = strings.bytes();
    this.starts = strings.starts();
    this.table = table;
    this.types = types;
    this.typed = typed;
  }

  static WrittenTokens read(GgufMetadata metadata, Consumer<String> findings) {
    GgufArray tokens =
        metadata
            .strings(TOKENS)
            .filter(array -> array.length() > 0)
            .orElseThrow(
                () -> metadata.problem(TOKENS, "is missing or empty", "the model's vocabulary"));
    ByteStrings strings = tokens.strings();
    int count = strings.count();
    SpanTable table = new SpanTable(strings);
    for (int i = 0; i < count; i++) {
      int twin = table.add(i);
      if (twin >= 0) {
        throw metadata.problem(
            TOKENS,
            "with \"" + tokens.string(i) + "\" both as token " + twin + " and as token " + i,
            "each token once");
      }
    }
    boolean typed = metadata.integers(TYPES).isPresent();
    if (!typed) {
      findings.accept(
          "metadata key "
              + TYPES
              + " is missing: tokens that look like <|...|> are taken as special, those that the"
              + " merges build as text");
    }
    return new WrittenTokens(metadata, strings, table, types(metadata, count), typed);
  }

  private static byte[] types(GgufMetadata metadata, int count) {
    byte[] types = new byte[count];
    GgufArray written = metadata.integers(TYPES).orElse(null);
    if (written != null && written.length() != count) {
      throw metadata.problem(
          TYPES,
          "with " + written.length() + " elements for " + count + " tokens",
          "as many as tokens");
    }
    for (int i = 0; i < count; i++) {
      long type = written == null ? NORMAL : written.integer(i);
      if (type < UNDEFINED || type >= BYTE) {
        throw metadata.problem(
            TYPES,
            "with type " + type + " of token " + i,
            "0 to 5, as in a byte-level BPE vocabulary; type 6 belongs to SentencePiece");
      }
      types[i] = (byte) type;
    }
    return types;
  }

  int count() {
    return types.length;
  }

  /** Whether the file says what the tokens are. */
  boolean typed() {
    return typed;
  }

  int type(int id) {
    return types[id];
  }

  void retype(int id, int type) {
    types[id] = (byte) type;
  }

  /** The token of type normal that is written like {@code key[from, to)}, or -1. */
  int text(byte[] key, int from, int to) {
    int id = table.find(key, from, to);
    return id >= 0 && types[id] == NORMAL ? id : -1;
  }

  /** Token {@code id} as it is written. */
  String string(int id) {
    return new String(bytes, starts[id], starts[id + 1] - starts[id], StandardCharsets.UTF_8);
  }

  /** Whether token {@code id} is written like {@code <|...|>}. */
  boolean looksSpecial(int id) {
    int from = starts[id];
    int to = starts[id + 1];
    return to - from > 4
        && bytes[from] == '<'
        && bytes[from + 1] == '|'
        && bytes[to - 2] == '|'
        && bytes[to - 1] == '>';
  }

  /** The number of bytes that {@link #unmap} may need for all tokens. */
  int size() {
    return starts[count()];
  }

  /**
   * Writes what token {@code id} stands for: through the byte map if it is of type normal, else as
   * it stands.
   *
   * @return where it ends in {@code target}
   */
  int unmap(int id, byte[] target, int at) {
    int from = starts[id];
    int to = starts[id + 1];
    if (types[id] != NORMAL) {
      System.arraycopy(bytes, from, target, at, to - from);
      return at + to - from;
    }
    int end = ByteLevel.read(bytes, from, to, target, at);
    if (end < 0) {
      throw problem(id);
    }
    return end;
  }

  private ModelException problem(int id) {
    return metadata.problem(
        TOKENS,
        "with token " + id + " \"" + string(id) + "\", which is not written in GPT-2's byte map",
        "a byte-level BPE vocabulary");
  }
}
