package io.github.phi4j.internal.text;

import io.github.phi4j.internal.gguf.GgufMetadata;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The tokens of a model: their bytes and the merges that build them. Holds copies that outlive the
 * file's mapping.
 */
final class Vocabulary {

  static final int BYTE_VALUES = 256;

  private static final String MODEL = "tokenizer.ggml.model";

  private final byte[] bytes;
  private final int[] starts; // start of each token in bytes, then the end of the last
  private final BitSet unused;
  private final BitSet special;
  private final BitSet marked; // marked special by the file, even if text
  private final Map<String, Integer> specials = new LinkedHashMap<>();
  private final Map<String, Integer> literals = new LinkedHashMap<>();
  private final int[] byteIds;
  private final Merges merges;

  private Vocabulary(WrittenTokens tokens, BitSet marked, int[] byteIds, Merges merges) {
    this.marked = marked;
    this.byteIds = byteIds;
    this.merges = merges;
    int count = tokens.count();
    byte[] target = new byte[tokens.size()];
    starts = new int[count + 1];
    unused = new BitSet(count);
    special = new BitSet(count);
    for (int id = 0; id < count; id++) {
      starts[id + 1] = tokens.unmap(id, target, starts[id]);
      boolean empty = starts[id + 1] == starts[id];
      switch (empty ? WrittenTokens.UNUSED : tokens.type(id)) {
        case WrittenTokens.NORMAL -> {}
        case WrittenTokens.USER_DEFINED -> put(literals, tokens, id);
        case WrittenTokens.CONTROL, WrittenTokens.UNKNOWN -> {
          special.set(id);
          put(specials, tokens, id);
        }
        default -> unused.set(id);
      }
    }
    bytes = Arrays.copyOf(target, starts[count]);
  }

  /** Malformed UTF-8 matches no text, in particular not U+FFFD. */
  private static void put(Map<String, Integer> ids, WrittenTokens tokens, int id) {
    if (tokens.isUtf8(id)) {
      ids.put(tokens.string(id), id);
    }
  }

  /**
   * Reads the vocabulary of a file.
   *
   * @throws io.github.phi4j.api.ModelException if it cannot be used
   */
  static Vocabulary read(GgufMetadata metadata, Consumer<String> findings) {
    String model = metadata.string(MODEL).orElse("");
    if (!model.equals("gpt2")) {
      String found =
          switch (model) {
            case "" -> "is missing";
            case "llama" -> "that is \"llama\", a SentencePiece vocabulary as of Phi-3 and Phi-3.5";
            default -> "that is \"" + model + "\"";
          };
      throw metadata.problem(
          MODEL,
          found,
          "\"gpt2\", the byte-level BPE vocabulary of phi-4, phi-4-reasoning, phi-4-mini-instruct"
              + " and phi-4-mini-reasoning; no other models are supported");
    }
    WrittenTokens tokens = WrittenTokens.read(metadata, findings);
    Merges merges = Merges.read(metadata, tokens, findings);
    int[] byteIds = new int[BYTE_VALUES];
    BitSet built = new BitSet(tokens.count());
    for (int b = 0; b < BYTE_VALUES; b++) {
      byte[] written = ByteLevel.written(b);
      byteIds[b] = tokens.text(written, 0, written.length);
      if (byteIds[b] < 0) {
        throw metadata.problem(
            WrittenTokens.TOKENS,
            String.format(Locale.ROOT, "without an ordinary token for byte 0x%02x", b),
            "one for each of the 256 byte values, so that any text can be encoded");
      }
      built.set(byteIds[b]);
    }
    for (int id : merges.merged) {
      built.set(id);
    }
    BitSet marked = tokens.special();
    tokens.retype(built);
    tokens.reportUnmapped();
    return new Vocabulary(tokens, marked, byteIds, merges);
  }

  int size() {
    return starts.length - 1;
  }

  /** The concatenated bytes of all tokens, special ones included; not a copy. */
  byte[] bytes() {
    return bytes;
  }

  /** The start of each token's bytes, then the end of the last; not a copy. */
  int[] starts() {
    return starts;
  }

  /** The bytes of token {@code id}, even if special or unused. */
  byte[] bytes(int id) {
    return Arrays.copyOfRange(bytes, starts[id], starts[id + 1]);
  }

  /** The text of token {@code id}, even if special or unused. */
  String text(int id) {
    return new String(bytes, starts[id], starts[id + 1] - starts[id], StandardCharsets.UTF_8);
  }

  /** Whether token {@code id} is special: part of the structure of a conversation, not text. */
  boolean isSpecial(int id) {
    return special.get(id);
  }

  /**
   * Whether token {@code id} may end a turn: it is special, or the file marks it special though it
   * is text.
   */
  boolean mayEndTurn(int id) {
    return special.get(id) || marked.get(id);
  }

  /** Whether id {@code id} is padding of the vocabulary. */
  boolean isUnused(int id) {
    return unused.get(id);
  }

  /** The id of a special token. */
  OptionalInt special(String text) {
    Integer id = specials.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Added tokens such as {@code <think>}: text that is always encoded as one token. */
  Map<String, Integer> literals() {
    return literals;
  }

  /** The literal and the special tokens. */
  Map<String, Integer> added() {
    Map<String, Integer> added = new LinkedHashMap<>(literals);
    added.putAll(specials);
    return added;
  }

  /** The token of each byte value. */
  int[] byteIds() {
    return byteIds;
  }

  /** The merges. */
  Merges merges() {
    return merges;
  }

  /**
   * SHA-256 over all that determines the encoding: the tokens below {@code 256 + merges} with their
   * lengths, and the merges. Equal digests imply equal ids for any text.
   */
  String digest() {
    int count = Math.min(size(), BYTE_VALUES + merges.count());
    ByteBuffer numbers = ByteBuffer.allocate((count + 3 * merges.count()) * Integer.BYTES);
    IntBuffer ints = numbers.asIntBuffer();
    ints.put(starts, 1, count).put(merges.left).put(merges.right).put(merges.merged);
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(bytes, 0, starts[count]);
      sha.update(numbers);
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
