package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.internal.gguf.ElementType;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults in metadata that are put right, each with a finding. */
final class DoctorTest {

  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final String EOS = "tokenizer.ggml.eos_token_id";
  private static final String TYPES = "tokenizer.ggml.token_type";

  private final List<String> findings = new ArrayList<>();
  private GgufWriter small;

  @BeforeEach
  void putSmall() {
    small = Vocabularies.putSmall(new GgufWriter());
  }

  private GgufTokenizer read(GgufWriter writer) {
    return Tokenizers.read(writer, Optional.empty(), findings);
  }

  @Test
  void aSoundFileHasNoFindings() {
    GgufTokenizer tokenizer = read(small);
    assertThat(findings).isEmpty();
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    read(Vocabularies.putPhi4(new GgufWriter()));
    assertThat(findings).isEmpty();
  }

  @Test
  void anEosThatDoesNotEndTurnsIsJoinedByTheTokenThatDoes() {
    GgufTokenizer tokenizer = read(small.uint32(EOS, 264));
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.eos_token_id is 264 (<|endoftext|>), which does not end"
                + " the model's turns: they end at 264 (<|endoftext|>) and 266 (<|im_end|>)");
  }

  @Test
  void aMissingEosIsFoundByItsText() {
    GgufTokenizer tokenizer = read(small.without(EOS));
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.eos_token_id names no special token: a turn ends at 264"
                + " (<|endoftext|>) and 266 (<|im_end|>), by their texts");
  }

  @Test
  void anEotIsAStopTokenToo() {
    GgufTokenizer tokenizer = read(small.uint32("tokenizer.ggml.eot_token_id", 267));
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266, 267);
    assertThat(findings).isEmpty();
  }

  @Test
  void anEosThatIsOrdinaryTextIsIgnored() {
    GgufTokenizer tokenizer = read(small.uint32(EOS, 2));
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    assertThat(findings).hasSize(2);
    assertThat(findings.getFirst()).endsWith("which is no special token: ignored");
  }

  @Test
  void aVocabularyWithoutAnyStopTokenIsReported() {
    Vocabularies.replace(small, 264, "<|a|>", Vocabularies.CONTROL);
    Vocabularies.replace(small, 266, "<|b|>", Vocabularies.CONTROL);
    GgufTokenizer tokenizer = read(small.without(EOS).without(TEMPLATE));
    assertThat(tokenizer.stopTokens()).isEmpty();
    assertThat(findings).hasSize(2);
    assertThat(findings.getLast()).endsWith("only limits and stop strings end a generation");
  }

  @Test
  void aPaddingThatEndsTurnsIsOnlyTakenForThat() {
    read(small.uint32("tokenizer.ggml.padding_token_id", 266));
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.padding_token_id is 266 (<|im_end|>), which also ends"
                + " turns: it is only taken for that");
  }

  @Test
  void anOldTemplateThatAlwaysAppendsTheHeaderIsReplaced() {
    String old =
        "{% for message in messages %}{% if (message['role'] == 'user') %}{{'<|im_start|>user"
            + "<|im_sep|>' + message['content'] + '<|im_end|><|im_start|>assistant<|im_sep|>'}}"
            + "{% elif (message['role'] == 'assistant') %}{{message['content'] + '<|im_end|>'}}"
            + "{% endif %}{% endfor %}";
    GgufTokenizer tokenizer = read(small.string(TEMPLATE, old));
    assertThat(tokenizer.chatFormat()).contains(ChatFormat.PHI4);
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst()).contains("always appends the assistant's header");
    assertThat(
            tokenizer.encode(
                Prompt.chat(Message.user("a"), Message.assistant("b"), Message.user("c"))))
        .containsExactly(
            tokenizer.encodeTrusted(
                "<|im_start|>user<|im_sep|>a<|im_end|><|im_start|>assistant<|im_sep|>b<|im_end|>"
                    + "<|im_start|>user<|im_sep|>c<|im_end|><|im_start|>assistant<|im_sep|>"));
  }

  @Test
  void aMissingPreTokenizerIsChosenByTheVocabulary() {
    GgufTokenizer tokenizer = read(small.without("tokenizer.ggml.pre"));
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.pre is missing: text is split as by cl100k_base");
    assertThat(tokenizer.encode("the the")).containsExactly(257, 258);
    findings.clear();
    GgufWriter mini = Vocabularies.putMini(new GgufWriter());
    assertThat(read(mini.string("tokenizer.ggml.pre", "default")).encode("École ÉCOLE"))
        .containsExactly(5859, 32289, 10055, 8310, 1400);
    assertThat(findings.getFirst())
        .isEqualTo(
            "metadata key tokenizer.ggml.pre is \"default\": text is split as by o200k_base");
  }

  @Test
  void addBosIsHonouredAndReported() {
    GgufTokenizer tokenizer = read(small.bool("tokenizer.ggml.add_bos_token", true));
    assertThat(tokenizer.encode(Prompt.raw("the"))).containsExactly(264, 257);
    assertThat(tokenizer.encode(Prompt.raw(""))).containsExactly(264);
    assertThat(tokenizer.encode("the")).containsExactly(257);
    assertThat(tokenizer.encode(Prompt.chat(Message.user("a")))).startsWith(264, 265);
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.add_bos_token is true: 264 (<|endoftext|>) is put before"
                + " prompts, though no Phi-4 was trained so");
  }

  @Test
  void theBosIsNotDoubled() {
    GgufTokenizer tokenizer =
        read(
            small
                .bool("tokenizer.ggml.add_bos_token", true)
                .uint32("tokenizer.ggml.bos_token_id", 265));
    assertThat(tokenizer.encode(Prompt.chat(Message.user("a")))).startsWith(265, 'u');
  }

  @Test
  void addBosWithoutABosIsReportedAndNotFollowed() {
    GgufTokenizer tokenizer =
        read(
            small
                .bool("tokenizer.ggml.add_bos_token", true)
                .without("tokenizer.ggml.bos_token_id"));
    assertThat(tokenizer.encode(Prompt.raw("the"))).containsExactly(257);
    assertThat(findings.getFirst()).contains("not followed");
  }

  @Test
  void addEosIsReportedAndNotFollowed() {
    GgufTokenizer tokenizer = read(small.bool("tokenizer.ggml.add_eos_token", true));
    assertThat(tokenizer.encode(Prompt.raw("the"))).containsExactly(257);
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst()).contains("add_eos_token is true: not followed");
  }

  @ParameterizedTest
  @ValueSource(longs = {320, 0xffff_ffffL})
  void anIdOutOfRangeIsIgnored(long id) {
    GgufTokenizer tokenizer = read(small.uint32("tokenizer.ggml.padding_token_id", id));
    assertThat(tokenizer.vocabularySize()).isEqualTo(320);
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.padding_token_id is "
                + id
                + ", outside of the vocabulary of 320: ignored");
  }

  @Test
  void aNegativeEosIsReplacedByItsText() {
    GgufTokenizer tokenizer = read(small.value(EOS, ElementType.INT32, -1));
    assertThat(tokenizer.stopTokens()).containsExactly(264, 266);
    assertThat(findings.getFirst()).contains("is -1, outside of the vocabulary");
  }

  @Test
  void aSpecialTokenThatIsCalledOrdinaryIsTakenAsSpecial() {
    small.element(TYPES, 266, Vocabularies.NORMAL).element(TYPES, 267, Vocabularies.USER_DEFINED);
    GgufTokenizer tokenizer = read(small);
    assertThat(tokenizer.isSpecial(266)).isTrue();
    assertThat(tokenizer.encode("<|im_end|>")).doesNotContain(266);
    assertThat(findings)
        .containsExactly(
            "metadata key tokenizer.ggml.token_type calls 2 special tokens ordinary or unused,"
                + " <|im_end|> for one: taken as special by the text");
  }

  @Test
  void missingTypesAreFoundByText() {
    GgufTokenizer sound = Tokenizers.read(small);
    GgufTokenizer tokenizer = read(small.without(TYPES));
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst()).contains("token_type is missing");
    assertThat(tokenizer.stopTokens()).containsExactly(sound.stopTokens());
    assertThat(tokenizer.unusable(330)).containsExactly(sound.unusable(330));
    assertThat(tokenizer.encode("the <|im_end|>")).containsExactly(sound.encode("the <|im_end|>"));
  }

  @Test
  void theFormatIsReadFromTheTemplate() {
    String preamble = "<|im_start|>system<|im_sep|>" + ChatRenderer.PREAMBLE + "<|im_end|>";
    GgufTokenizer reasoning = read(small.string(TEMPLATE, preamble + Vocabularies.PHI4_TEMPLATE));
    assertThat(reasoning.chatFormat()).contains(ChatFormat.PHI4_REASONING);
    assertThat(findings).isEmpty();
    GgufWriter mini = Vocabularies.putMini(new GgufWriter());
    assertThat(read(mini).chatFormat()).contains(ChatFormat.PHI4_MINI);
    findings.clear();
    mini.string(
        TEMPLATE,
        "{{ '<|system|>Your name is Phi, an AI math expert developed by Microsoft.' }}"
            + Vocabularies.MINI_TEMPLATE);
    assertThat(read(mini).chatFormat()).contains(ChatFormat.PHI4_MINI_REASONING);
    assertThat(findings).noneMatch(finding -> finding.contains(TEMPLATE));
    mini.string(TEMPLATE, "{{ '<|system|>You are an AI math expert.' }}");
    assertThat(read(mini).chatFormat()).contains(ChatFormat.PHI4_MINI_REASONING);
    assertThat(findings).anyMatch(finding -> finding.contains("opens with another sentence"));
  }

  @Test
  void aRevisedPreambleIsUsedAndReported() {
    String revised = "You are Phi, a language model trained by Microsoft to think twice.";
    GgufTokenizer tokenizer =
        read(
            small.string(
                TEMPLATE,
                "<|im_start|>system<|im_sep|>"
                    + revised
                    + "<|im_end|>"
                    + Vocabularies.PHI4_TEMPLATE));
    assertThat(tokenizer.decode(tokenizer.encode(Prompt.chat(Message.user("a")))))
        .isEqualTo("system" + revised + "useraassistant");
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst()).endsWith("conversations open with the file's");
  }

  @Test
  void aPreambleThatIsNoPlainTextIsReplacedAndReported() {
    GgufTokenizer tokenizer =
        read(
            small.string(
                TEMPLATE,
                "<|im_start|>system<|im_sep|>You are Phi, a language model trained by Microsoft"
                    + " {{ more }}<|im_end|>"
                    + Vocabularies.PHI4_TEMPLATE));
    assertThat(tokenizer.decode(tokenizer.encode(Prompt.chat(Message.user("a")))))
        .startsWith("system" + ChatRenderer.PREAMBLE);
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst()).contains("no plain text");
  }

  @Test
  void aTemplateThatIsNoTextLeavesTheSpecialTokensToDecide() {
    small.strings(TEMPLATE, List.of("x"));
    assertThat(read(small).chatFormat()).contains(ChatFormat.PHI4);
    assertThat(findings).singleElement().asString().contains(TEMPLATE + " is not a string", "PHI4");
    small.strings(TEMPLATE, List.of("x", Vocabularies.PHI4_TEMPLATE));
    findings.clear();
    assertThat(read(small).chatFormat()).contains(ChatFormat.PHI4);
    assertThat(findings).isEmpty();
    assertThat(read(small.uint32(TEMPLATE, 3)).chatFormat()).contains(ChatFormat.PHI4);
    assertThat(read(small.strings(TEMPLATE, List.of())).chatFormat()).contains(ChatFormat.PHI4);
    small.element("tokenizer.ggml.tokens", 267, "<|other|>");
    assertThat(read(small).chatFormat()).isEmpty();
  }

  @Test
  void aForeignOrMissingTemplateGivesNoFormat() {
    assertThat(read(small.string(TEMPLATE, "[INST] {{ x }} [/INST]")).chatFormat()).isEmpty();
    assertThat(findings.getFirst()).contains("is none of the Phi-4 family's");
    findings.clear();
    assertThat(read(small.without(TEMPLATE)).chatFormat()).isEmpty();
    assertThat(findings.getFirst()).contains(TEMPLATE + " is missing");
    findings.clear();
    assertThat(Tokenizers.read(small, Optional.of(ChatFormat.PHI4), findings).chatFormat())
        .contains(ChatFormat.PHI4);
    assertThat(findings).isEmpty();
  }

  @Test
  void aTemplateWhoseTokensAreMissingGivesNoFormat() {
    Vocabularies.replace(small, 265, "<|other|>", Vocabularies.CONTROL);
    assertThat(read(small).chatFormat()).isEmpty();
    assertThat(findings.getFirst()).contains("the vocabulary lacks <|im_start|>");
  }
}
