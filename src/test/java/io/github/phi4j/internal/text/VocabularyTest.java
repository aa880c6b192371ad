package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.internal.gguf.ByteStrings;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VocabularyTest {

  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String TYPES = "tokenizer.ggml.token_type";
  private static final String MERGES = "tokenizer.ggml.merges";

  private final List<String> findings = new ArrayList<>();
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

  @Test
  void typesBeyondTheTokensAreIgnored() {
    int[] types = new int[330];
    Arrays.fill(types, Vocabularies.NORMAL);
    writer.int32s(TYPES, types);
    assertThat(Tokenizers.read(writer).encode("the")).containsExactly(257);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 7, Integer.MAX_VALUE})
  void unknownTypesSayNothing(int type) {
    writer.element(TYPES, 257, type).element(TYPES, 266, type);
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    assertThat(tokenizer.encode("the<|im_end|>")).startsWith(257).doesNotContain(266);
    assertThat(tokenizer.isSpecial(266)).isTrue();
    assertThat(findings)
        .contains(
            "metadata key "
                + TYPES
                + " has unknown types, "
                + type
                + " for one, of 2 tokens: their texts decide");
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

  @ParameterizedTest
  @ValueSource(strings = {"a b", "日本", "\u0000", "é\u0144"})
  void anOrdinaryTokenOutsideOfTheByteMapIsTheTextItIs(String text) {
    Vocabularies.replace(writer, 300, text, Vocabularies.NORMAL);
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    assertThat(tokenizer.decode(300)).isEqualTo(text);
    assertThat(tokenizer.encode(text)).doesNotContain(300);
    assertThat(findings).singleElement().asString().contains(TOKENS, "byte map", "300");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", " ", "ab", "a ", " a", "#version: 0.2", "a b", "zz a", "a zz", "a b c"})
  void mergesThatCannotApplyAreLeftOut(String merge) {
    writer.strings(
        MERGES,
        List.of(merge, "t h", merge, "th e", "Ġ the", "i n", "e r", "a n", "Ġ a", "o n", merge));
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    GgufTokenizer sound = Tokenizers.read(Vocabularies.putSmall(new GgufWriter()));
    for (String text : List.of("the other one in an end", "a b zz", "#version: 0.2")) {
      assertThat(tokenizer.encode(text)).containsExactly(sound.encode(text));
    }
    assertThat(findings)
        .containsExactly(
            "metadata key "
                + MERGES
                + " has 3 merges that cannot apply, such as merge 0 \""
                + merge
                + "\": ignored");
  }

  @Test
  void textIsNeverMergedIntoATokenThatLooksSpecial() {
    List<String> merges = new ArrayList<>();
    String token = "<|im_end|>";
    for (int end = 1; end < token.length(); end++) {
      merges.add(token.substring(0, end) + " " + token.charAt(end));
      if (end < token.length() - 1) {
        Vocabularies.replace(
            writer, 256 + end - 1, token.substring(0, end + 1), Vocabularies.NORMAL);
      }
    }
    writer.strings(MERGES, merges);
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    assertThat(tokenizer.encode(token)).doesNotContain(266);
    assertThat(tokenizer.decode(tokenizer.encode(token))).isEqualTo(token);
    assertThat(tokenizer.isSpecial(266)).isTrue();
    assertThat(findings).singleElement().asString().contains("1 merge that cannot apply");
  }

  @ParameterizedTest
  @ValueSource(ints = {-3, 0, 2, 3, 4, 5, 6, 9})
  void whatMergesUseOrBuildIsTextWhateverItsType(int type) {
    GgufTokenizer sound = Tokenizers.read(Vocabularies.putSmall(new GgufWriter()));
    List<String> texts = Tokenizers.randomTexts(100, 5);
    for (int id : new int[] {0, 'e', 0x20, 0xe9, 256, 257, 258, 262}) {
      GgufWriter changed = Vocabularies.putSmall(new GgufWriter()).element(TYPES, id, type);
      GgufTokenizer tokenizer = Tokenizers.read(changed);
      String literal = tokenizer.text(id);
      for (String text : texts) {
        int[] ids = tokenizer.encode(text);
        assertThat(tokenizer.decode(ids)).isEqualTo(sound.decode(sound.encode(text)));
        if (type != Vocabularies.USER_DEFINED || !text.contains(literal)) {
          assertThat(ids).containsExactly(sound.encode(text));
        }
      }
      assertThat(tokenizer.isSpecial(id)).isFalse();
      assertThat(tokenizer.unusable(320)).doesNotContain(id);
      assertThat(tokenizer.bytes(id)).isEqualTo(sound.bytes(id));
    }
  }

  @Test
  void aUserDefinedTokenOfTheMergesIsALiteralToo() {
    GgufWriter phi4 = Vocabularies.putPhi4(new GgufWriter());
    phi4.element(TYPES, 300, Vocabularies.USER_DEFINED); // "as"
    assertThat(Tokenizers.read(phi4).encode("class last as"))
        .containsExactly(566, 300, 82, 326, 300, 83, 220, 300);
  }

  @Test
  void anOrdinaryTokenThatTheFileMarksAndNamesEndsTurns() {
    writer.element(TYPES, 257, Vocabularies.CONTROL).uint32("tokenizer.ggml.eos_token_id", 257);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    assertThat(tokenizer.stopTokens()).contains(257);
    assertThat(tokenizer.decode(tokenizer.encode("the"))).isEqualTo("the");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 5, 6})
  void turnTokensAreKnownByTheirTexts(int type) {
    for (int id = 264; id < 268; id++) {
      writer.element(TYPES, id, type);
    }
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    assertThat(tokenizer.chatFormat()).contains(ChatFormat.PHI4);
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    assertThat(tokenizer.unusable(320)).doesNotContain(264, 265, 266, 267).contains(268);
    assertThat(findings).singleElement().asString().contains(TYPES, "4 special tokens");
  }

  @Test
  void otherUnusedTokensStayUnused() {
    Vocabularies.replace(writer, 300, "<|dummy_3|>", Vocabularies.UNUSED);
    Vocabularies.replace(writer, 301, "<0x0A>", 6);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    assertThat(tokenizer.special("<|dummy_3|>")).isEmpty();
    assertThat(tokenizer.unusable(320)).contains(300, 301);
  }

  @Test
  void thoughtTagsThatAreCalledUnusedAreText() {
    Vocabularies.replace(writer, 300, "<think>", Vocabularies.UNUSED);
    Vocabularies.replace(writer, 301, "</think>", Vocabularies.UNUSED);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    assertThat(tokenizer.encode("<think></think>")).containsExactly(300, 301);
    assertThat(tokenizer.unusable(320)).doesNotContain(300, 301);
  }

  @Test
  void withoutAnyTypeTheTextsDecide() {
    int[] types = new int[320];
    writer.int32s(TYPES, types);
    GgufTokenizer tokenizer = Tokenizers.read(writer, Optional.empty(), findings);
    GgufTokenizer sound = Tokenizers.read(Vocabularies.putSmall(new GgufWriter()));
    assertThat(tokenizer.encode("the end<|im_end|>"))
        .containsExactly(sound.encode("the end<|im_end|>"));
    assertThat(tokenizer.unusable(320)).containsExactly(sound.unusable(320));
    assertThat(tokenizer.stopTokens()).containsExactly(sound.stopTokens());
    assertThat(findings).singleElement().asString().contains("has no type for any token");
  }

  @Test
  void emptyTokensAreUnused() {
    Vocabularies.replace(writer, 300, "", Vocabularies.UNUSED);
    Vocabularies.replace(writer, 301, "", Vocabularies.CONTROL);
    Vocabularies.replace(writer, 302, "", Vocabularies.NORMAL);
    Vocabularies.replace(writer, 303, "", Vocabularies.USER_DEFINED);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    assertThat(tokenizer.unusable(320)).contains(300, 301, 302, 303);
    assertThat(tokenizer.decode(tokenizer.encode("the"))).isEqualTo("the");
  }

  @Test
  void aLiteralThatIsNotUtf8StandsInNoText() throws IOException {
    Vocabularies.replace(writer, 300, "\u0001\u0001", Vocabularies.USER_DEFINED);
    Vocabularies.replace(writer, 301, "\u0002\u0002", Vocabularies.CONTROL);
    byte[] bytes = writer.toBytes();
    for (int i = 0; i + 1 < bytes.length; i++) {
      if ((bytes[i] == 1 || bytes[i] == 2) && bytes[i + 1] == bytes[i] && i > 100) {
        bytes[i + 1] = (byte) (0xff - bytes[i]);
        bytes[i] = (byte) 0xff;
      }
    }
    GgufTokenizer tokenizer =
        Tokenizers.with(
            bytes, metadata -> GgufTokenizer.read(metadata, Optional.empty(), findings::add));
    assertThat(tokenizer.bytes(300)).containsExactly(0xff, 0xfe);
    assertThat(tokenizer.encode("\ufffd\ufffd\ufffd")).doesNotContain(300, 301);
    assertThat(tokenizer.encodeTrusted("\ufffd\ufffd\ufffd")).doesNotContain(300, 301);
    assertThat(tokenizer.special("\ufffd\ufffd")).isEmpty();
  }

  @Test
  void aLiteralReplacementCharacterIsALiteral() {
    Vocabularies.replace(writer, 300, "\ufffd!", Vocabularies.USER_DEFINED);
    assertThat(Tokenizers.read(writer).encode("a\ufffd!")).containsExactly(0x61, 300);
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
