package io.github.phi4j.testing;

import com.knuddels.jtokkit.Encodings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Vocabularies of model files, for {@link GgufWriter}: those of phi-4 and phi-4-mini, made from the
 * ranks in jtokkit's jar, and a small one. Ordinary tokens are bytes as Latin-1 strings here until
 * they are written.
 */
public final class Vocabularies {

  /** The template of phi-4, abridged to the relevant parts. */
  public static final String PHI4_TEMPLATE =
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '<|im_sep|>' +"
          + " message['content'] + '<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}"
          + "{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}";

  /** The template of phi-4-mini-instruct, abridged to the relevant parts. */
  public static final String MINI_TEMPLATE =
      "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] +"
          + " '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}"
          + "{% else %}{{ eos_token }}{% endif %}";

  public static final int NORMAL = 1;
  public static final int CONTROL = 3;
  public static final int USER_DEFINED = 4;
  public static final int UNUSED = 5;

  private Vocabularies() {}

  private record Ranked(List<String> tokens, List<String> merges) {
    static Ranked of(String encoding) {
      List<String> tokens = tokensOf(encoding);
      return new Ranked(tokens, mergesOf(tokens));
    }
  }

  private static final class Cl100k {
    static final Ranked RANKED = Ranked.of("cl100k_base");
  }

  private static final class O200k {
    static final Ranked RANKED = Ranked.of("o200k_base");
  }

  /** Sets phi-4's vocabulary of 100,352 tokens and its template. */
  public static GgufWriter putPhi4(GgufWriter writer) {
    SortedMap<Integer, String> specials = new TreeMap<>();
    specials.put(100257, "<|endoftext|>");
    specials.put(100258, "<|fim_prefix|>");
    specials.put(100259, "<|fim_middle|>");
    specials.put(100260, "<|fim_suffix|>");
    specials.put(100264, "<|im_start|>");
    specials.put(100265, "<|im_end|>");
    specials.put(100266, "<|im_sep|>");
    specials.put(100276, "<|endofprompt|>");
    for (int id = 100256, dummy = 0; id < 100352; id++) {
      if (!specials.containsKey(id)) {
        specials.put(id, "<|dummy_" + dummy++ + "|>");
      }
    }
    return put(writer, Cl100k.RANKED, specials, 100352)
        .string("tokenizer.ggml.pre", "dbrx")
        .uint32("tokenizer.ggml.bos_token_id", 100257)
        .uint32("tokenizer.ggml.eos_token_id", 100265)
        .uint32("tokenizer.ggml.padding_token_id", 100349)
        .string("tokenizer.chat_template", PHI4_TEMPLATE);
  }

  /** Sets phi-4-mini's vocabulary of 200,064 tokens and the template of phi-4-mini-instruct. */
  public static GgufWriter putMini(GgufWriter writer) {
    SortedMap<Integer, String> specials = new TreeMap<>();
    specials.put(199999, "<|endoftext|>");
    List<String> texts =
        List.of(
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
    for (int i = 0; i < texts.size(); i++) {
      specials.put(200018 + i, texts.get(i));
    }
    return put(writer, O200k.RANKED, specials, 200064)
        .string("tokenizer.ggml.pre", "gpt-4o")
        .uint32("tokenizer.ggml.bos_token_id", 199999)
        .uint32("tokenizer.ggml.eos_token_id", 199999)
        .uint32("tokenizer.ggml.unknown_token_id", 199999)
        .uint32("tokenizer.ggml.padding_token_id", 199999)
        .bool("tokenizer.ggml.add_bos_token", false)
        .bool("tokenizer.ggml.add_eos_token", false)
        .string("tokenizer.chat_template", MINI_TEMPLATE);
  }

  /**
   * Sets a vocabulary of 320 tokens in phi-4's manner: the bytes, {@code th}, {@code the}, {@code "
   * the"} and five more, the special tokens from 264 on, unused ids at the end.
   */
  public static GgufWriter putSmall(GgufWriter writer) {
    return putSmall(writer, "t h", "th e", "\u0120 the", "i n", "e r", "a n", "\u0120 a", "o n");
  }

  /** Sets the small vocabulary with other merges, at most 8, whose tokens follow the bytes. */
  public static GgufWriter putSmall(GgufWriter writer, String... merges) {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(written(Character.toString(b)));
    }
    for (String merge : merges) {
      tokens.add(merge.replace(" ", ""));
    }
    int[] types = new int[320];
    Arrays.fill(types, 0, tokens.size(), NORMAL);
    Arrays.fill(types, tokens.size(), 264, UNUSED);
    fill(tokens, 264);
    tokens.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>"));
    Arrays.fill(types, 264, tokens.size(), CONTROL);
    Arrays.fill(types, tokens.size(), types.length, UNUSED);
    fill(tokens, types.length);
    return writer
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.ggml.pre", "dbrx")
        .strings("tokenizer.ggml.tokens", tokens)
        .int32s("tokenizer.ggml.token_type", types)
        .strings("tokenizer.ggml.merges", List.of(merges))
        .uint32("tokenizer.ggml.bos_token_id", 264)
        .uint32("tokenizer.ggml.eos_token_id", 266)
        .string("tokenizer.chat_template", PHI4_TEMPLATE);
  }

  /** Replaces the text and the type of a token set before. */
  public static GgufWriter replace(GgufWriter writer, int id, String text, int type) {
    return writer
        .element("tokenizer.ggml.tokens", id, text)
        .element("tokenizer.ggml.token_type", id, type);
  }

  private static void fill(List<String> tokens, int size) {
    while (tokens.size() < size) {
      tokens.add("[PAD" + tokens.size() + "]");
    }
  }

  private static GgufWriter put(
      GgufWriter writer, Ranked ranked, SortedMap<Integer, String> specials, int size) {
    List<String> tokens = new ArrayList<>();
    int[] types = new int[size];
    Arrays.fill(types, UNUSED);
    for (String token : ranked.tokens) {
      types[tokens.size()] = NORMAL;
      tokens.add(written(token));
    }
    fill(tokens, size);
    specials.forEach((id, text) -> {
      types[id] = CONTROL;
      tokens.set(id, text);
    });
    return writer
        .string("tokenizer.ggml.model", "gpt2")
        .strings("tokenizer.ggml.tokens", tokens)
        .int32s("tokenizer.ggml.token_type", types)
        .strings("tokenizer.ggml.merges", ranked.merges);
  }

  /** Returns the tokens of one of jtokkit's encodings, such as {@code cl100k_base}, by rank. */
  private static List<String> tokensOf(String encoding) {
    List<String> tokens = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Encodings.class.getResourceAsStream(encoding + ".tiktoken"),
                StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int space = line.indexOf(' ');
        if (Integer.parseInt(line, space + 1, line.length(), 10) != tokens.size()) {
          throw new IllegalStateException("ranks out of order in " + encoding + ": " + line);
        }
        byte[] token = Base64.getDecoder().decode(line.substring(0, space));
        tokens.add(new String(token, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Collections.unmodifiableList(tokens);
  }

  /** Returns the merges implied by ranks: for each token, the two parts that lower ranks leave. */
  private static List<String> mergesOf(List<String> ranked) {
    Map<String, Integer> ranks = HashMap.newHashMap(ranked.size());
    List<String> merges = new ArrayList<>();
    for (String token : ranked) {
      if (token.length() > 1) {
        List<String> parts = new ArrayList<>(List.of(token.split("")));
        while (parts.size() > 2) {
          int best = 0;
          int bestRank = Integer.MAX_VALUE;
          for (int i = 0; i + 1 < parts.size(); i++) {
            int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
            if (rank < bestRank) {
              best = i;
              bestRank = rank;
            }
          }
          parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        merges.add(written(parts.get(0)) + " " + written(parts.get(1)));
      }
      ranks.put(token, ranks.size());
    }
    return merges;
  }

  /** Returns bytes in the notation of GPT-2's vocabularies. */
  public static String written(String bytes) {
    StringBuilder written = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      int b = bytes.charAt(i);
      if (b <= 32) {
        written.append((char) (0x100 + b));
      } else if (b >= 127 && b <= 160) {
        written.append((char) (0x121 + b - 127));
      } else {
        written.append(b == 173 ? '\u0143' : (char) b);
      }
    }
    return written.toString();
  }
}
