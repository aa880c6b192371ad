package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.testing.Allocations;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.TinyModel;
import io.github.phi4j.testing.Vocabularies;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GgufTokenizerTest {

  static Stream<Arguments> goldenVectors() {
    return Stream.of(
        golden("Hello", "9906", "13225"),
        golden("Hello, world!", "9906 11 1917 0", "13225 11 2375 0"),
        golden(
            "I'm sure they'LL pay 1234567 kr.",
            "40 2846 2771 814 6 4178 2343 220 4513 10961 22 23975 13",
            "15390 3239 1023 6 7454 2777 220 7633 19354 22 7430 13"),
        golden(
            "  two spaces\n\n\n  indented\tTab \r\nend   ",
            "220 1403 12908 1432 220 1280 16243 197 8750 2591 408 262",
            "220 1920 18608 2499 220 1383 23537 197 9576 4568 419 271"),
        golden(
            "def f(x):\n    return x**2\n",
            "755 282 2120 997 262 471 865 334 17 198",
            "1314 285 4061 1883 271 622 1215 410 17 198"),
        golden("HelloWorld fooBAR", "9906 10343 15586 34165", "13225 13046 30551 61560"),
        golden(
            "École ÉCOLE éÉ",
            "27887 56745 29124 8445 877 4046 27887",
            "5859 32289 10055 8310 1400 1212 5859"),
        golden("北京 2024年", "70090 220 2366 19 8107", "19340 220 1323 19 2810"),
        golden(
            "🚀👍🏽 ok",
            "9468 248 222 9468 239 235 9468 237 121 5509",
            "112927 222 82514 52622 121 4763"),
        golden("café cafe\u0301", "936 59958 42030 54939", "66 103112 50672 13430"),
        golden(
            "https://a.b/c?d=e//",
            "2485 1129 64 960 2971 30 67 41491 322",
            "4172 1684 64 1292 4308 30 67 88454 393"),
        golden("a\u00a0b\u3000c", "64 4194 65 23249 66", "64 5310 65 1397 66"),
        golden("system", "9125", "17360"),
        golden("user", "882", "1428"),
        golden("assistant", "78191", "173781"));
  }

  private static Arguments golden(String text, String phi4, String mini) {
    return Arguments.of(text, ids(phi4), ids(mini));
  }

  private static int[] ids(String spaced) {
    return Arrays.stream(spaced.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @MethodSource("goldenVectors")
  void goldenVectorsAreReproduced(String text, int[] phi4, int[] mini) {
    assertThat(Tokenizers.phi4().encode(text)).containsExactly(phi4);
    assertThat(Tokenizers.mini().encode(text)).containsExactly(mini);
    assertThat(Tokenizers.phi4().decode(phi4)).isEqualTo(text);
    assertThat(Tokenizers.mini().decode(mini)).isEqualTo(text);
  }

  @Test
  void idsAreThoseOfHuggingFacesTokenizers() throws IOException {
    int count = 0;
    for (JsonNode row : rows("/tokenizer/huggingface.jsonl")) {
      String text = row.get("text").textValue();
      assertThat(Tokenizers.phi4().encode(text)).as(text).containsExactly(ids(row.get("phi4")));
      assertThat(Tokenizers.mini().encode(text)).as(text).containsExactly(ids(row.get("mini")));
      count++;
    }
    assertThat(count).isGreaterThan(300);
  }

  @Test
  void conversationsOfTheTinyModelGiveTheirReferenceIds() throws IOException {
    GgufTokenizer tokenizer;
    List<String> findings = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      tokenizer =
          GgufTokenizer.read(
              GgufFile.open(TinyModel.Q8_0.path(), arena).metadata(),
              Optional.empty(),
              findings::add);
    }
    assertThat(findings).isEmpty();
    assertThat(tokenizer.chatFormat()).contains(ChatFormat.PHI4);
    assertThat(tokenizer.stopTokens()).containsExactly(4000, 4005);
    for (JsonNode row : rows("/phi4-tiny/greedy.jsonl")) {
      List<Message> messages = new ArrayList<>();
      for (JsonNode message : row.get("messages")) {
        Message.Role role =
            Message.Role.valueOf(message.get("role").textValue().toUpperCase(Locale.ROOT));
        messages.add(new Message(role, message.get("content").textValue(), "", "", List.of(), ""));
      }
      assertThat(tokenizer.encode(Prompt.chat(messages)))
          .containsExactly(ids(row.get("prompt_ids")));
      assertThat(tokenizer.decode(ids(row.get("greedy_ids")))).isEqualTo(row.get("text").asText());
    }
  }

  private static List<JsonNode> rows(String resource) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                GgufTokenizerTest.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        rows.add(json.readTree(line));
      }
    }
    return rows;
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<|im_end|>", "<|endoftext|>", "a<|im_start|>b", "<|user|>", "<|end|>"})
  void textNeverBecomesASpecialToken(String text) {
    for (GgufTokenizer tokenizer : List.of(Tokenizers.phi4(), Tokenizers.mini())) {
      int[] ids = tokenizer.encode(text);
      assertThat(IntStream.of(ids).noneMatch(tokenizer::isSpecial)).isTrue();
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
      assertThat(tokenizer.encode(Prompt.raw(text))).containsExactly(ids);
    }
  }

  @Test
  void unpairedSurrogatesAreEncodedAsReplacementCharacters() {
    GgufTokenizer tokenizer = Tokenizers.phi4();
    int[] replaced = tokenizer.encode("a\ufffdb\ufffd\ufffd🚀\ufffd");
    assertThat(tokenizer.encode("a\ud83db\ude80\ud83d🚀\ud83d")).containsExactly(replaced);
  }

  @Test
  void anEmptyTextHasNoTokens() {
    assertThat(Tokenizers.phi4().encode("")).isEmpty();
    assertThat(Tokenizers.phi4().decode()).isEmpty();
  }

  @Test
  void specialTokensAreKnownByTextAndDecodeToNothing() {
    GgufTokenizer tokenizer = Tokenizers.phi4();
    assertThat(tokenizer.vocabularySize()).isEqualTo(100352);
    assertThat(tokenizer.special("<|im_end|>")).hasValue(100265);
    assertThat(tokenizer.special("<|end|>")).isEmpty();
    assertThat(tokenizer.special("Hello")).isEmpty();
    assertThat(tokenizer.isSpecial(100265)).isTrue();
    assertThat(tokenizer.isSpecial(9906)).isFalse();
    assertThat(tokenizer.text(100265)).isEqualTo("<|im_end|>");
    assertThat(tokenizer.bytes(100265)).isEmpty();
    assertThat(tokenizer.decode(100264, 9906, 100265)).isEqualTo("Hello");
    assertThat(tokenizer.stopTokens()).containsExactly(100257, 100265);
    assertThat(tokenizer.unusable(100352)).isEmpty();
  }

  @Test
  void fillersDecodeToNothingAndAreUnusable() {
    GgufTokenizer tokenizer = Tokenizers.mini();
    assertThat(tokenizer.vocabularySize()).isEqualTo(200064);
    assertThat(tokenizer.text(200063)).isEqualTo("[PAD200063]");
    assertThat(tokenizer.isSpecial(200063)).isFalse();
    assertThat(tokenizer.decode(199998, 13225, 200063)).isEqualTo("Hello");
    assertThat(tokenizer.stopTokens()).containsExactly(199999, 200020);
    assertThat(tokenizer.unusable(200066))
        .startsWith(199998, 200000)
        .endsWith(200063, 200064, 200065)
        .doesNotContain(199999, 200018, 200028);
  }

  @Test
  void tokensInsideOfACharacterHaveTheirBytes() {
    GgufTokenizer tokenizer = Tokenizers.phi4();
    assertThat(tokenizer.bytes(9468)).containsExactly(0xf0, 0x9f);
    assertThat(tokenizer.text(9468)).isEqualTo("\ufffd");
    assertThat(tokenizer.decode(9468, 248)).isEqualTo("\ufffd");
    assertThat(tokenizer.decode(9468, 248, 222)).isEqualTo("🚀");
    byte[] bytes = tokenizer.bytes(0);
    bytes[0] = 0;
    assertThat(tokenizer.bytes(0)).containsExactly('!');
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 100352, Integer.MAX_VALUE})
  void idsOutsideOfTheVocabularyAreRefused(int id) {
    GgufTokenizer tokenizer = Tokenizers.phi4();
    String message = "token id " + id + " is outside of the vocabulary of 100352";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.decode(0, id))
        .withMessage(message);
    assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.bytes(id));
    assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.text(id));
    assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.isSpecial(id));
  }

  @Test
  void userDefinedTokensAreTextWithAnIdOfItsOwn() {
    GgufWriter writer = Vocabularies.putPhi4(new GgufWriter());
    Vocabularies.replace(writer, 100350, "<think>", Vocabularies.USER_DEFINED);
    Vocabularies.replace(writer, 100351, "</think>", Vocabularies.USER_DEFINED);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    int[] ids = tokenizer.encode("<think>Hello</think>\n<thin");
    assertThat(ids).startsWith(100350, 9906, 100351, 198);
    assertThat(tokenizer.decode(ids)).isEqualTo("<think>Hello</think>\n<thin");
    assertThat(tokenizer.isSpecial(100350)).isFalse();
    assertThat(tokenizer.special("<think>")).isEmpty();
    assertThat(Tokenizers.phi4().encode("<think>")).containsExactly(14023, 771, 29);
  }

  @Test
  void ofOverlappingUserDefinedTokensTheLeftmostAndLongestIsTaken() {
    GgufWriter writer = Vocabularies.putPhi4(new GgufWriter());
    Vocabularies.replace(writer, 100349, "[ab", Vocabularies.USER_DEFINED);
    Vocabularies.replace(writer, 100350, "[abc", Vocabularies.USER_DEFINED);
    Vocabularies.replace(writer, 100351, "c[a", Vocabularies.USER_DEFINED);
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    assertThat(tokenizer.encode("[abc[ab")).containsExactly(100350, 100349);
    assertThat(tokenizer.encode("c[abc")).startsWith(100351);
  }

  @Test
  void theCostOfLiteralsGrowsWithTheirNumberAndNotItsSquare() {
    GgufWriter writer = Vocabularies.putPhi4(new GgufWriter());
    for (int id = 50_000; id < 53_000; id++) {
      writer.element("tokenizer.ggml.token_type", id, Vocabularies.USER_DEFINED);
    }
    GgufTokenizer tokenizer = Tokenizers.read(writer);
    String literal = tokenizer.text(50_000);
    String text = ("hello" + literal).repeat(1_000);
    String longer = text.repeat(4);
    assertThat(tokenizer.encode(text)).hasSize(3_000).contains(50_000);
    long bytes = Allocations.of(() -> tokenizer.encode(text));
    assertThat(Allocations.of(() -> tokenizer.encode(longer))).isLessThan(8 * bytes);
  }

  @Test
  void trustedTextIsSplitAtItsSpecialTokens() {
    assertThat(Tokenizers.phi4().encodeTrusted("<|im_start|>user<|im_sep|>Hello<|im_end|>"))
        .containsExactly(100264, 882, 100266, 9906, 100265);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A", " ", "\n", "=", "日本", "0", "\u0301", "'s", "x "})
  void veryLongTextsNeitherOverflowTheStackNorTakeForever(String run) {
    String text = run.repeat(50_000);
    for (GgufTokenizer tokenizer : List.of(Tokenizers.phi4(), Tokenizers.mini())) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void aTokenizerMayBeUsedFromManyThreads() throws Exception {
    GgufTokenizer tokenizer = Tokenizers.read(Vocabularies.putSmall(new GgufWriter()));
    List<String> texts = Tokenizers.randomTexts(500, 3);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<String>>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(
            threads.submit(
                () -> texts.stream().map(t -> Arrays.toString(tokenizer.encode(t))).toList()));
      }
      for (Future<List<String>> result : results) {
        assertThat(result.get()).isEqualTo(results.getFirst().get());
      }
    }
  }

  @Test
  void aFileWithoutAChatFormatStillEncodesTextButNoConversations() {
    GgufTokenizer tokenizer =
        Tokenizers.read(Vocabularies.putSmall(new GgufWriter()).without("tokenizer.chat_template"));
    assertThat(tokenizer.chatFormat()).isEmpty();
    assertThat(tokenizer.encode("the")).containsExactly(257);
    List<Message> messages = List.of(Message.user("Hi"));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> tokenizer.encode(Prompt.chat(messages)))
        .withMessageContaining("choose one");
  }
}
