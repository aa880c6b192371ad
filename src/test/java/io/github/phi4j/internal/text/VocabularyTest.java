package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VocabularyTest {

  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String MERGES = "tokenizer.ggml.merges";

  private GgufWriter writer;

  @BeforeEach
  void putSmall() {
    writer = Vocabularies.putSmall(new GgufWriter());
  }

  private void assertRefused(String found, String expected) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> Tokenizers.read(writer))
        .satisfies(e -> {
          assertThat(e.file().toString()).endsWith(".gguf");
          assertThat(e.found()).contains(found);
          assertThat(e.expected()).contains(expected);
        });
  }

  @Test
  void aSentencePieceVocabularyIsRefusedByItsModels() {
    writer.string("tokenizer.ggml.model", "llama");
    assertRefused("that is \"llama\", a SentencePiece vocabulary as of Phi-3 and Phi-3.5", "gpt2");
  }

  @Test
  void anotherModelIsRefusedByName() {
    writer.string("tokenizer.ggml.model", "bert");
    assertRefused("tokenizer.ggml.model that is \"bert\"", "phi-4-mini-instruct");
    writer.without("tokenizer.ggml.model");
    assertRefused("tokenizer.ggml.model is missing", "phi-4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"phi-2", "llama-spm", "", "DBRX"})
  void anotherPreTokenizerIsRefusedByName(String name) {
    writer.string("tokenizer.ggml.pre", name);
    assertRefused("tokenizer.ggml.pre that is \"" + name + "\"", "dbrx");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dbrx", "smaug-bpe", "llama-bpe", "llama3", "llama-v3"})
  void equivalentPreTokenizersAreTaken(String name) {
    writer.string("tokenizer.ggml.pre", name);
    assertThat(Tokenizers.read(writer).encode("the")).containsExactly(257);
  }

  @Test
  void missingTokensAndMergesAreNamed() {
    writer.without(MERGES);
    assertRefused(MERGES + " is missing", "merges");
    writer.without(TOKENS);
    assertRefused(TOKENS + " is missing or empty", "vocabulary");
    writer.strings(TOKENS, List.of());
    assertRefused(TOKENS + " is missing or empty", "vocabulary");
  }

  @Test
  void asManyTypesAsTokensAreNeeded() {
    writer.int32s(TYPES, 1, 1, 1);
    assertRefused(TYPES + " with 3 elements for 320 tokens", "as many as tokens");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 6, 7, Integer.MAX_VALUE})
  void unknownTypesAreRefused(int type) {
    writer.element(TYPES, 300, type);
    assertRefused("type " + type + " of token 300", "0 to 5");
  }

  @Test
  void aTokenThatStandsTwiceIsRefused() {
    writer.element(TOKENS, 310, "<|im_end|>");
    assertRefused("\"<|im_end|>\" both as token 266 and as token 310", "each token once");
  }

  @Test
  void aMissingByteIsRefused() {
    writer.element(TOKENS, 0x41, "zzz");
    assertRefused("without an ordinary token for byte 0x41", "256 byte values");
  }

  @Test
  void anOrdinaryTokenOutsideOfTheByteMapIsRefused() {
    Vocabularies.replace(writer, 300, "a b", Vocabularies.NORMAL);
    assertRefused("token 300 \"a b\"", "byte-level");
    Vocabularies.replace(writer, 300, "日本", Vocabularies.NORMAL);
    assertRefused("token 300 \"日本\"", "byte-level");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", " ", "ab", "a ", " a"})
  void aMergeOfOtherThanTwoPartsIsRefused(String merge) {
    writer.element(MERGES, 7, merge);
    assertRefused("merge 7 \"" + merge + "\" that is not two parts", "two tokens");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "zz a", "a zz", "<|im_end|> a", "a b c"})
  void aMergeOfNoTokensIsRefused(String merge) {
    writer.element(MERGES, 7, merge);
    assertRefused("merge 7 \"" + merge + "\" whose parts", "two tokens");
  }

  @Test
  void aMergeMayNotGiveASpecialToken() {
    writer.element(TYPES, 257, Vocabularies.CONTROL);
    assertRefused("merge 1 \"th e\"", "two tokens");
  }

  @Test
  void theTableFindsEverySpanAndNothingElse() {
    Random random = new Random(37);
    byte[] bytes = new byte[4000];
    int[] starts = new int[1001];
    for (int i = 0; i < 1000; i++) {
      starts[i + 1] = starts[i] + random.nextInt(5);
    }
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(4);
    }
    SpanTable table = new SpanTable(new ByteStrings(bytes, starts));
    for (int i = 0; i < 1000; i++) {
      int twin = table.add(i);
      assertThat(twin).isEqualTo(firstEqual(bytes, starts, i, starts[i], starts[i + 1]));
    }
    for (int i = 0; i < 2000; i++) {
      int from = random.nextInt(bytes.length - 6);
      int to = from + random.nextInt(6);
      assertThat(table.find(bytes, from, to)).isEqualTo(firstEqual(bytes, starts, 1000, from, to));
    }
  }

  private static int firstEqual(byte[] bytes, int[] starts, int count, int from, int to) {
    for (int i = 0; i < count; i++) {
      if (Arrays.equals(bytes, starts[i], starts[i + 1], bytes, from, to)) {
        return i;
      }
    }
    return SpanTable.NONE;
  }

  @Test
  void theByteMapIsGpt2s() {
    for (int b = 0; b < 256; b++) {
      byte[] written = ByteLevel.written(b);
      byte[] read = new byte[1];
      assertThat(ByteLevel.read(written, 0, written.length, read, 0)).isEqualTo(1);
      assertThat(read[0]).isEqualTo((byte) b);
      assertThat(new String(written, StandardCharsets.UTF_8))
          .isEqualTo(Vocabularies.written(Character.toString(b)));
    }
    assertThat(Vocabularies.written(" \n\u0000\u007f\u00a0\u00ad")).isEqualTo("ĠĊĀġłŃ");
    byte[] truncated = {(byte) 0xc4};
    assertThat(ByteLevel.read(truncated, 0, 1, new byte[4], 0)).isEqualTo(-1);
  }
}
