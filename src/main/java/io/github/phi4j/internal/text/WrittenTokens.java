package io.github.phi4j.internal.text;

import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The tokens as written in a file: byte-mapped or literal text with types. Corrects types that
 * contradict the texts. Used during loading only.
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
  static final int BYTE = 6;

  private static final int MAX_TOKEN_BYTES = 64 << 10;

  private static final Set<String> THOUGHT_TAGS =
      Set.of(ThoughtSplitter.OPEN, ThoughtSplitter.CLOSE);

  private final byte[] bytes;
  private final int[] starts;
  private final SpanTable table;
  private final byte[] types;
  private final boolean typed;
  private final Consumer<String> findings;
  private BitSet built = new BitSet();

  private WrittenTokens(
      ByteStrings strings, SpanTable table, byte[] types, Consumer<String> findings) {
    this.bytes = strings.bytes();
    this.starts = strings.starts();
    this.table = table;
    this.types = types;
    this.findings = findings;
    boolean says = false;
    for (byte type : types) {
      says |= type != UNDEFINED;
    }
    this.typed = says;
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
      int length = strings.starts()[i + 1] - strings.starts()[i];
      if (length > MAX_TOKEN_BYTES) {
        throw metadata.problem(
            TOKENS, "with token " + i + " of " + length + " bytes", "at most " + MAX_TOKEN_BYTES);
      }
      int twin = length == 0 ? SpanTable.NONE : table.add(i);
      if (twin >= 0) {
        throw metadata.problem(
            TOKENS,
            "with \"" + tokens.string(i) + "\" both as token " + twin + " and as token " + i,
            "each token once");
      }
    }
    byte[] types = types(metadata, count, findings);
    WrittenTokens written = new WrittenTokens(strings, table, types, findings);
    if (!written.typed) {
      findings.accept(
          "metadata key "
              + TYPES
              + (metadata.values().containsKey(TYPES)
                  ? " has no type for any token"
                  : " is missing")
              + ": tokens that look like <|...|> are taken as special, those that the merges build"
              + " as text");
    }
    return written;
  }

  private static byte[] types(GgufMetadata metadata, int count, Consumer<String> findings) {
    byte[] types = new byte[count];
    Optional<GgufArray> written = metadata.integers(TYPES);
    if (written.isEmpty()) {
      return types;
    }
    int length = written.get().length();
    if (length < count) {
      throw metadata.problem(
          TYPES, "with " + length + " elements for " + count + " tokens", "as many as tokens");
    }
    int unknown = 0;
    long first = 0;
    for (int i = 0; i < count; i++) {
      long type = written.get().integer(i);
      if (type < UNDEFINED || type > BYTE) {
        first = unknown++ == 0 ? type : first;
        type = UNDEFINED;
      }
      types[i] = (byte) type;
    }
    if (unknown > 0) {
      findings.accept(
          "metadata key "
              + TYPES
              + " has unknown types, "
              + first
              + " for one, of "
              + tokens(unknown)
              + ": their texts decide");
    }
    return types;
  }

  private static String tokens(int count) {
    return count == 1 ? "1 token" : count + " tokens";
  }

  /**
   * Corrects types that contradict the texts: results of merges are text, turn tokens are special,
   * and without a type the text decides.
   *
   * @param wanted the tokens that byte-pair encoding may produce
   */
  void retype(BitSet wanted) {
    built = wanted;
    Repair text = new Repair("ordinary", "special or unused", "text");
    Repair special = new Repair("special", "ordinary or unused", "special by the text");
    for (int id = 0; id < types.length; id++) {
      int type = types[id];
      if (built.get(id)) {
        if (type != NORMAL && type != USER_DEFINED) {
          types[id] = NORMAL;
          text.note(id);
        }
      } else if (looksSpecial(id)) {
        if (type != CONTROL && type != UNKNOWN && (type != UNUSED || structures(id))) {
          types[id] = CONTROL;
          special.note(id);
        }
      } else if (type == UNUSED && THOUGHT_TAGS.contains(string(id))) {
        types[id] = USER_DEFINED;
        text.note(id);
      } else if (type == BYTE) {
        types[id] = UNUSED;
      } else if ((type == NORMAL || type == UNDEFINED || type == USER_DEFINED)
          && string(id).equals("[PAD" + id + "]")) {
        types[id] = UNUSED;
      } else if (type == UNDEFINED) {
        types[id] = USER_DEFINED;
      }
    }
    text.report();
    special.report();
  }

  /** Counts tokens with a corrected type, for a single finding. */
  private final class Repair {
    private final String kind;
    private final String called;
    private final String taken;
    private int count;
    private int first;

    Repair(String kind, String called, String taken) {
      this.kind = kind;
      this.called = called;
      this.taken = taken;
    }

    void note(int id) {
      first = count++ == 0 ? id : first;
    }

    void report() {
      if (count > 0 && typed) {
        findings.accept(
            "metadata key "
                + TYPES
                + " calls "
                + count
                + " "
                + kind
                + (count == 1 ? " token " : " tokens ")
                + called
                + ", "
                + string(first)
                + (count == 1 ? "" : " for one")
                + ": taken as "
                + taken);
      }
    }
  }

  /** Whether token {@code id} delimits turns or tool calls. */
  private boolean structures(int id) {
    return ChatRenderer.STRUCTURE.contains(string(id));
  }

  int count() {
    return types.length;
  }

  /** The tokens of a special type. */
  BitSet special() {
    BitSet special = new BitSet();
    for (int id = 0; id < types.length; id++) {
      special.set(id, types[id] == CONTROL || types[id] == UNKNOWN);
    }
    return special;
  }

  /** Whether token {@code id} is valid UTF-8. */
  boolean isUtf8(int id) {
    String string = string(id);
    return string.indexOf('\ufffd') < 0
        || Arrays.equals(
            string.getBytes(StandardCharsets.UTF_8),
            Arrays.copyOfRange(bytes, starts[id], starts[id + 1]));
  }

  int type(int id) {
    return types[id];
  }

  /**
   * The token written as {@code key[from, to)}, or -1. Tokens that look special are excluded, since
   * text must not become one.
   */
  int text(byte[] key, int from, int to) {
    int id = table.find(key, from, to);
    return id >= 0 && !looksSpecial(id) ? id : -1;
  }

  /** Token {@code id} as written. */
  String string(int id) {
    return new String(bytes, starts[id], starts[id + 1] - starts[id], StandardCharsets.UTF_8);
  }

  /** Whether token {@code id} has the form {@code <|...|>}. */
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
   * Writes the bytes of token {@code id}: through the byte map if byte-pair encoding may produce it
   * or its type is normal, else literally.
   *
   * @return its end in {@code target}
   */
  int unmap(int id, byte[] target, int at) {
    int from = starts[id];
    int to = starts[id + 1];
    int end =
        types[id] == NORMAL || built.get(id) ? ByteLevel.read(bytes, from, to, target, at) : -1;
    if (end < 0) { // not in the byte map: literal, as in Hugging Face's decoder
      System.arraycopy(bytes, from, target, at, to - from);
      end = at + to - from;
    }
    return end;
  }

  /** Reports the number of ordinary tokens outside of the byte map. */
  void reportUnmapped() {
    byte[] target = new byte[starts[count()]];
    int count = 0;
    int first = 0;
    for (int id = 0; id < count(); id++) {
      if (types[id] == NORMAL && ByteLevel.read(bytes, starts[id], starts[id + 1], target, 0) < 0) {
        first = count++ == 0 ? id : first;
      }
    }
    if (count > 0) {
      findings.accept(
          String.format(
              Locale.ROOT,
              "metadata key %s has %s that GPT-2's byte map does not have, such as %d (%s): taken"
                  + " as it is written",
              TOKENS,
              tokens(count),
              first,
              string(first)));
    }
  }
}
