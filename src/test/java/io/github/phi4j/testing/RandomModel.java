package io.github.phi4j.testing;

import io.github.phi4j.internal.gguf.GgmlType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A small model with random weights, a byte-level vocabulary and the special tokens and chat
 * template of its family, so that it loads like a real one. Equal settings give equal files; each
 * tensor has its own seed, so that other settings do not change it.
 */
public final class RandomModel {

  /** The names and shapes of tensors. */
  public enum Layout {
    /** Architecture phi3: fused tensors, rotated as halves. */
    PHI3,
    /**
     * Architecture llama: the same weights, but split, and the rows of each query and key head
     * reordered as llama.cpp's converter does, so that neighbours rotate together.
     */
    LLAMA
  }

  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int UNUSED = 5;

  private final boolean mini;
  private Layout layout = Layout.PHI3;
  private int layers = 2;
  private int heads;
  private int headsKv;
  private int headLength = 32;
  private int feedForward = 160;
  private int rotated = 32;
  private int contextLength = 256;
  private int originalContextLength = 256;
  private double attentionFactor = 1;
  private int vocabulary = 352;
  private long seed = 1;
  private Function<String, GgmlType> types = name -> GgmlType.F32;

  private RandomModel(boolean mini, int heads, int headsKv) {
    this.mini = mini;
    this.heads = heads;
    this.headsKv = headsKv;
  }

  /** Like the 14B models: a separate output matrix, and whole heads rotated. */
  public static RandomModel phi4() {
    return new RandomModel(false, 4, 2);
  }

  /**
   * Like the mini models: output tied to the embedding, three heads per key-value head, three
   * quarters of a head rotated, and two sets of RoPE factors with the border at 24 tokens.
   */
  public static RandomModel mini() {
    RandomModel model = new RandomModel(true, 6, 2);
    model.rotated = 24;
    model.originalContextLength = 24;
    model.attentionFactor = 1.19;
    return model;
  }

  /** Sets the layout of the file, {@link Layout#PHI3} by default. */
  public RandomModel layout(Layout value) {
    layout = value;
    return this;
  }

  /** Sets the number of transformer blocks, 2 by default. */
  public RandomModel layers(int value) {
    layers = value;
    return this;
  }

  /** Sets the attention heads, which determine the width of the model. */
  public RandomModel heads(int count, int countKv, int length) {
    heads = count;
    headsKv = countKv;
    rotated = mini ? length / 4 * 3 : length;
    headLength = length;
    return this;
  }

  /** Sets the width of the feed-forward layer, 160 by default. */
  public RandomModel feedForward(int value) {
    feedForward = value;
    return this;
  }

  /** Sets the "trained" context length in tokens, 256 by default. */
  public RandomModel contextLength(int value) {
    contextLength = value;
    originalContextLength = mini ? originalContextLength : value;
    return this;
  }

  /** Sets the number of token ids, at least and by default 352; ids without a token are unused. */
  public RandomModel vocabulary(int value) {
    vocabulary = value;
    return this;
  }

  /** Sets the seed of the weights, 1 by default. */
  public RandomModel seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets the type of each matrix by name, F32 by default; in layout LLAMA, parts share the name.
   */
  public RandomModel types(Function<String, GgmlType> value) {
    types = value;
    return this;
  }

  /** Sets one type for all matrices. */
  public RandomModel type(GgmlType value) {
    return types(name -> value);
  }

  /** Writes the file. */
  public Path write(Path file) {
    return writer().write(file);
  }

  /** Returns a writer of the file, for further changes. */
  public GgufWriter writer() {
    GgufWriter writer = new GgufWriter();
    writeParameters(writer);
    writeVocabulary(writer);
    writeTensors(writer);
    return writer;
  }

  private int embedding() {
    return heads * headLength;
  }

  private void writeParameters(GgufWriter writer) {
    String architecture = layout == Layout.PHI3 ? "phi3" : "llama";
    String prefix = architecture + ".";
    writer
        .string("general.architecture", architecture)
        .string("general.name", "Random")
        .uint32(prefix + "context_length", contextLength)
        .uint32(prefix + "embedding_length", embedding())
        .uint32(prefix + "feed_forward_length", feedForward)
        .uint32(prefix + "block_count", layers)
        .uint32(prefix + "attention.head_count", heads)
        .uint32(prefix + "attention.head_count_kv", headsKv)
        .float32(prefix + "attention.layer_norm_rms_epsilon", 1e-5)
        .uint32(prefix + "rope.dimension_count", rotated)
        .float32(prefix + "rope.freq_base", mini ? 10_000 : 250_000);
    if (layout == Layout.LLAMA) {
      writer.uint32("llama.vocab_size", vocabulary);
      return;
    }
    writer
        .uint32("phi3.rope.scaling.original_context_length", originalContextLength)
        .uint32("phi3.attention.sliding_window", mini ? 262_144 : 0);
    if (attentionFactor != 1) {
      writer.float32("phi3.rope.scaling.attn_factor", attentionFactor);
    }
  }

  private void writeVocabulary(GgufWriter writer) {
    List<String> tokens = new ArrayList<>(byteTokens());
    List<String> merges = new ArrayList<>();
    for (String pair : List.of("t h", "i n", "e r", "a n", "th e", "Ġ t", "Ġ a", "Ġ the", "1 2")) {
      merges.add(pair);
      tokens.add(pair.replace(" ", ""));
    }
    int ordinary = tokens.size();
    tokens.addAll(mini ? miniSpecials() : phi4Specials());
    int used = tokens.size();
    for (int id = used; id < vocabulary; id++) {
      tokens.add("[PAD" + id + "]");
    }
    int[] kinds =
        IntStream.range(0, tokens.size())
            .map(id -> id < ordinary ? NORMAL : id < used ? CONTROL : UNUSED)
            .toArray();
    int end = tokens.indexOf(mini ? "<|endoftext|>" : "<|im_end|>");
    writer
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", mini ? "gpt-4o" : "dbrx")
        .strings("tokenizer.ggml.tokens", tokens)
        .int32s("tokenizer.ggml.token_type", kinds)
        .strings("tokenizer.ggml.merges", merges)
        .uint32("tokenizer.ggml.bos_token_id", tokens.indexOf("<|endoftext|>"))
        .uint32("tokenizer.ggml.eos_token_id", end)
        .bool("tokenizer.ggml.add_bos_token", false)
        .string("tokenizer.chat_template", mini ? MINI_TEMPLATE : PHI4_TEMPLATE);
  }

  private static final String PHI4_TEMPLATE =
      "{% for m in messages %}{{'<|im_start|>' + m['role'] + '<|im_sep|>' + m['content'] +"
          + " '<|im_end|>'}}{% endfor %}"
          + "{% if add_generation_prompt %}{{'<|im_start|>assistant<|im_sep|>'}}{% endif %}";

  private static final String MINI_TEMPLATE =
      "{% for m in messages %}{{'<|' + m['role'] + '|>' + m['content'] + '<|end|>'}}{% endfor %}"
          + "{% if add_generation_prompt %}{{'<|assistant|>'}}{% else %}{{eos_token}}{% endif %}";

  private static List<String> phi4Specials() {
    return List.of(
        "<|endoftext|>",
        "<|fim_prefix|>",
        "<|fim_middle|>",
        "<|fim_suffix|>",
        "<|im_start|>",
        "<|im_end|>",
        "<|im_sep|>",
        "<|endofprompt|>",
        "<|dummy_87|>");
  }

  private static List<String> miniSpecials() {
    return List.of(
        "<|endoftext|>",
        "<|endofprompt|>",
        "<|assistant|>",
        "<|end|>",
        "<|user|>",
        "<|system|>",
        "<|tool|>",
        "<|/tool|>",
        "<|tool_call|>",
        "<|/tool_call|>",
        "<|tool_response|>",
        "<|tag|>");
  }

  /** Returns the 256 bytes in GPT-2's notation, printable ones first. */
  private static List<String> byteTokens() {
    List<String> themselves = new ArrayList<>();
    List<String> shifted = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      if (printable) {
        themselves.add(Character.toString(b));
      } else {
        shifted.add(Character.toString(256 + shifted.size()));
      }
    }
    themselves.addAll(shifted);
    return themselves;
  }

  private void writeTensors(GgufWriter writer) {
    matrix(writer, "token_embd.weight", vocabulary, embedding());
    vector(writer, "output_norm.weight", embedding(), 1, 0.1);
    if (!mini) {
      matrix(writer, "output.weight", vocabulary, embedding());
    } else {
      vector(writer, "rope_factors_short.weight", rotated / 2, 1.5, 0.2);
      vector(writer, "rope_factors_long.weight", rotated / 2, 6, 1);
    }
    int keys = headsKv * headLength;
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      vector(writer, block + "attn_norm.weight", embedding(), 1, 0.1);
      vector(writer, block + "ffn_norm.weight", embedding(), 1, 0.1);
      matrix(writer, block + "attn_output.weight", embedding(), embedding());
      matrix(writer, block + "ffn_down.weight", embedding(), feedForward);
      if (layout == Layout.PHI3) {
        matrix(writer, block + "attn_qkv.weight", embedding() + 2 * keys, embedding());
        matrix(writer, block + "ffn_up.weight", 2 * feedForward, embedding());
        continue;
      }
      String qkv = block + "attn_qkv.weight";
      part(writer, block + "attn_q.weight", qkv, reordered(0, heads));
      part(writer, block + "attn_k.weight", qkv, reordered(embedding(), headsKv));
      part(writer, block + "attn_v.weight", qkv, range(embedding() + keys, keys));
      String gateUp = block + "ffn_up.weight";
      part(writer, block + "ffn_gate.weight", gateUp, range(0, feedForward));
      part(writer, block + "ffn_up.weight", gateUp, range(feedForward, feedForward));
    }
  }

  private static int[] range(int from, int count) {
    return IntStream.range(from, from + count).toArray();
  }

  /**
   * Returns the order in which row i of a head becomes row 2i, and row i + half becomes row 2i + 1.
   */
  private int[] reordered(int from, int count) {
    return IntStream.range(0, count * headLength)
        .map(row -> {
          int head = row / headLength;
          int i = row % headLength;
          return from + head * headLength + i / 2 + i % 2 * (headLength / 2);
        })
        .toArray();
  }

  private Random random(String name) {
    return new Random(seed * 1_000_003 + hash(name));
  }

  private static long hash(String name) {
    long hash = 0;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = 31 * hash + b;
    }
    return hash;
  }

  private void vector(GgufWriter writer, String name, int length, double mean, double deviation) {
    Random random = random(name);
    float[] elements = new float[length];
    for (int i = 0; i < length; i++) {
      elements[i] = (float) (mean + deviation * random.nextGaussian());
    }
    writer.tensor(name, elements, length);
  }

  private byte[] data(String name, int rows, int columns) {
    double deviation = 1 / Math.sqrt(columns);
    return RandomBlocks.of(types.apply(name), rows, columns, deviation, random(name));
  }

  private void matrix(GgufWriter writer, String name, int rows, int columns) {
    writer.tensor(name, types.apply(name), data(name, rows, columns), columns, rows);
  }

  /** Writes some rows of a fused matrix, with as many columns as the model's width. */
  private void part(GgufWriter writer, String name, String fused, int[] rows) {
    int last = IntStream.of(rows).max().orElseThrow();
    int columns = embedding();
    GgmlType type = types.apply(fused);
    byte[] data = RandomBlocks.rows(data(fused, last + 1, columns), type.rowBytes(columns), rows);
    writer.tensor(name, type, data, columns, rows.length);
  }
}
