package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.api.EncodingType;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Splits text into pieces before byte-pair encoding, by the regular expressions of OpenAI's
 * tiktoken, as Hugging Face's tokenizers of the models do.
 */
enum PreTokenizer {
  /** phi-4 and phi-4-reasoning. */
  CL100K(
      EncodingType.CL100K_BASE,
      "2f5187587e79d12146ec78949d20bbda4c31fba657a8391af3aa200e2554ea0b",
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
          + "|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+"
          + "|\\s+(?!\\S)"
          + "|\\s+"),

  /** phi-4-mini-instruct and phi-4-mini-reasoning. */
  O200K(
      EncodingType.O200K_BASE,
      "e1b00550855de9b3d896c07891a579ecd6c1187359b0c762522a89c38a16d116",
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
          + "|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + "|\\s*[\\r\\n]+"
          + "|\\s+(?!\\S)"
          + "|\\s+");

  private static final String KEY = "tokenizer.ggml.pre";

  private final EncodingType encodingType;
  private final String digest;
  private final Pattern pattern;

  PreTokenizer(EncodingType encodingType, String digest, String regex) {
    this.encodingType = encodingType;
    this.digest = digest;
    // Makes \s Unicode's White_Space, and the long s one of the letters that (?i:'s) matches.
    this.pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
  }

  /**
   * The pre-tokenizer that a file names.
   *
   * @throws io.github.phi4j.api.ModelException if it names an unknown one
   */
  static PreTokenizer read(
      GgufMetadata metadata, Vocabulary vocabulary, Consumer<String> findings) {
    String name = metadata.string(KEY).orElse("default");
    return switch (name) {
      case "dbrx", "smaug-bpe", "llama-bpe", "llama3", "llama-v3" -> CL100K;
      case "gpt-4o" -> O200K;
      case "default" -> {
        PreTokenizer likely = O200K.madeFor(vocabulary) ? O200K : CL100K;
        findings.accept(
            "metadata key "
                + KEY
                + (metadata.values().containsKey(KEY) ? " is \"default\"" : " is missing")
                + ": text is split as by "
                + likely.encodingType.getName());
        yield likely;
      }
      default ->
          throw metadata.problem(
              KEY,
              "that is \"" + name + "\"",
              "dbrx (phi-4), gpt-4o (phi-4-mini), or one of the equivalents of dbrx: smaug-bpe,"
                  + " llama-bpe, llama3, llama-v3");
    };
  }

  /** Finds the pieces, which cover the text. */
  Pattern pattern() {
    return pattern;
  }

  /** jtokkit's encoding with this pre-tokenizer. */
  EncodingType encodingType() {
    return encodingType;
  }

  /** Whether the merged tokens of the vocabulary equal those of jtokkit's encoding. */
  boolean madeFor(Vocabulary vocabulary) {
    return vocabulary.digest().equals(digest);
  }
}
