package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.eval.data.Records;
import io.github.phi4j.eval.internal.Json;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstructionCheckTest {

  /** For each check: arguments, a text that passes, and one that fails. */
  private static final String CASES =
      """
      punctuation:no_comma | {} | no commas here | one, two
      keywords:existence | {"keywords": ["red", "blue"]} | Red or BLUE. | Red alone.
      keywords:forbidden_words | {"forbidden_words": ["yo"]} | Your yoyo. | Yo there.
      keywords:frequency | {"relation": "at least", "keyword": "elephant", "frequency": 2} | elephant Elephant | elephant
      keywords:letter_frequency | {"let_relation": "less than", "letter": "a", "let_frequency": 2} | one a | a banana
      language:response_language | {"language": "sw"} | Habari ya asubuhi, mimi ni mwalimu wa shule na nina watoto wawili katika familia yangu. | This is English and not what was asked for.
      length_constraints:number_sentences | {"relation": "less than", "num_sentences": 3} | One. Two by Mr. Smith. | One. Two! Three?
      length_constraints:number_words | {"relation": "at least", "num_words": 3} | one two three | one two
      length_constraints:number_paragraphs | {"num_paragraphs": 2} | One.\\n\\n***\\n\\nTwo. | One.\\n\\nTwo.
      length_constraints:nth_paragraph_first_word | {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "however"} | One.\\n\\n"However, two. | One.\\n\\nTwo, however.
      detectable_content:number_placeholders | {"num_placeholders": 2} | [name] at [place] | [name] at place
      detectable_content:postscript | {"postscript_marker": "P.S."} | Bye.\\nP.S. Write! | Bye.
      detectable_format:number_bullet_lists | {"num_bullets": 2} | * one\\n- two | * one
      detectable_format:constrained_response | {} | I think: My answer is maybe. | Perhaps.
      detectable_format:number_highlighted_sections | {"num_highlights": 2} | *one* and **two** | *one* and ** **
      detectable_format:multiple_sections | {"section_spliter": "Section", "num_sections": 2} | Section 1\\nA\\nSection 2\\nB | Section 1\\nA
      detectable_format:json_format | {} | ```json\\n{"a": [1]}\\n``` | {"a": 1
      detectable_format:title | {} | <<A title>>\\nText | << >>\\nText
      combination:two_responses | {} | One\\n******\\nTwo | One\\n******\\nOne
      combination:repeat_prompt | {"prompt_to_repeat": "Say hi"} | say HI\\nHi! | Hi!
      startend:end_checker | {"end_phrase": "The end."} | This is "the end." | The end. Or not?
      startend:quotation | {} | "Quoted." | Not "quoted"
      change_case:capital_word_frequency | {"capital_relation": "at least", "capital_frequency": 2} | NASA and the USA | NASA and Esa
      change_case:english_capital | {} | THIS IS THE WAY TO DO IT. | This is the way.
      change_case:english_lowercase | {} | this is the way to do it. | This is the way.
      """;

  private record Case(String id, Map<String, Object> arguments, String right, String wrong) {}

  private static List<Case> cases() {
    return CASES
        .lines()
        .map(line -> line.split(" \\| "))
        .map(parts ->
            new Case(
                parts[0].strip(),
                Json.map(Json.parse(parts[1], false, parts[0])),
                parts[2].replace("\\n", "\n"),
                parts[3].strip().replace("\\n", "\n")))
        .toList();
  }

  @Test
  void allChecksPassAndFail() {
    assertThat(cases()).hasSize(25);
    for (Case each : cases()) {
      for (boolean fixed : new boolean[] {false, true}) {
        InstructionCheck check = InstructionCheck.of(each.id(), each.arguments(), fixed);
        assertThat(check.strict(each.right())).as(each.id()).isTrue();
        assertThat(check.loose(each.right())).as(each.id()).isTrue();
        assertThat(check.strict(each.wrong())).as(each.id()).isFalse();
        assertThat(check.strict(" \n")).as(each.id()).isFalse();
      }
    }
  }

  @Test
  void theSamplesUseExactlyTheKnownChecks() {
    Set<String> used = new HashSet<>();
    for (Map<String, Object> record :
        Records.read(Path.of("src/test/resources/samples/ifeval-all25.jsonl"), List.of())) {
      Item item = new Item("x", record);
      for (int i = 0; i < item.texts("instruction_id_list").size(); i++) {
        String id = item.texts("instruction_id_list").get(i);
        used.add(id);
        @SuppressWarnings("unchecked")
        Map<String, Object> arguments =
            (Map<String, Object>) ((List<?>) record.get("kwargs")).get(i);
        InstructionCheck.of(id, arguments, false).loose("Some text. With two sentences.");
      }
    }
    Set<String> known = new HashSet<>();
    cases().forEach(each -> known.add(each.id()));
    assertThat(used).isEqualTo(known);
  }

  @Test
  void looseForgivesAFirstLineALastLineAndAsterisks() {
    InstructionCheck quotation = InstructionCheck.of("startend:quotation", Map.of(), false);
    assertThat(quotation.strict("Sure!\n\"Quoted.\"")).isFalse();
    assertThat(quotation.loose("Sure!\n\"Quoted.\"")).isTrue();
    assertThat(quotation.loose("**\"Quoted.\"**\nBye")).isTrue();
    assertThat(quotation.loose("Sure!\nOr not.")).isFalse();
  }

  @Test
  void bugsOfTheOriginalAreReproducedUnlessFixed() {
    Map<String, Object> arguments =
        new HashMap<>(Map.of("num_paragraphs", 2, "nth_paragraph", 2, "first_word", "two"));
    String blankBetween = "One.\n\n\n\nTwo.";
    String id = "length_constraints:nth_paragraph_first_word";
    assertThat(InstructionCheck.of(id, arguments, false).strict(blankBetween)).isFalse();
    assertThat(InstructionCheck.of(id, arguments, true).strict(blankBetween)).isTrue();
    Map<String, Object> cat = Map.of("keywords", List.of("cat"));
    assertThat(InstructionCheck.of("keywords:existence", cat, false).strict("concatenate"))
        .isTrue();
    assertThat(InstructionCheck.of("keywords:existence", cat, true).strict("concatenate"))
        .isFalse();
  }

  @Test
  void unknownInstructionsAreErrors() {
    assertThatThrownBy(() -> InstructionCheck.of("nonsense", Map.of(), false).strict("x"))
        .hasMessageContaining("nonsense");
    assertThatThrownBy(
            () -> InstructionCheck.of("keywords:existence", Map.of("a", 1), false).strict("x"))
        .hasMessageContaining("keywords");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          One. Two. Three. | 3
          Dr. Smith met Mr. Jones at 5 p.m. in the U.S. capital. | 1
          He lives in the U.S. He likes it. | 2
          Is it? Yes! "Good." He left. | 4
          Wait... what is it | 1
          It costs 3.50 dollars. Cheap. | 2
          **Bold.** Next one. | 2
          No end here | 1
          J. R. R. Tolkien wrote it. | 1
          """)
  void sentences(String text, int count) {
    assertThat(Sentences.count(text)).isEqualTo(count);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          en | The cat sat on the mat and looked at the dog, because it was hungry.
          de | Der Hund ist nicht im Garten, weil es regnet und er nicht nass werden will.
          es | El perro no está en el jardín porque llueve y no quiere mojarse.
          pt | O cachorro não está no jardim porque está chovendo e ele não quer se molhar.
          fr | Le chien n'est pas dans le jardin parce qu'il pleut et qu'il ne veut pas se mouiller.
          it | Il cane non è nel giardino perché piove e non vuole bagnarsi.
          pl | Pies nie jest w ogrodzie, bo pada deszcz i nie chce zmoknąć.
          vi | Con chó không ở trong vườn vì trời mưa và nó không muốn bị ướt.
          fi | Koira ei ole puutarhassa, koska sataa eikä se halua kastua.
          sw | Mbwa hayupo bustani kwa sababu mvua inanyesha na hataki kulowa.
          ru | Собака не в саду, потому что идёт дождь, и она не хочет промокнуть.
          uk | Собака не в саду, тому що йде дощ, і він не хоче промокнути.
          bg | Кучето не е в градината, защото вали и то не иска да се намокри.
          hi | कुत्ता बगीचे में नहीं है क्योंकि बारिश हो रही है और वह भीगना नहीं चाहता है।
          mr | कुत्रा बागेत नाही कारण पाऊस पडत आहे आणि त्याला भिजायचे नाही.
          ne | कुकुर बगैंचामा छैन किनभने पानी परिरहेको छ र ऊ भिज्न चाहँदैन।
          ar | الكلب ليس في الحديقة لأن المطر يهطل وهو لا يريد أن يبتل.
          fa | سگ در باغ نیست چون باران می‌بارد و نمی‌خواهد خیس شود.
          ur | کتا باغ میں نہیں ہے کیونکہ بارش ہو رہی ہے اور وہ بھیگنا نہیں چاہتا۔
          bn | কুকুরটি বাগানে নেই কারণ বৃষ্টি হচ্ছে।
          ta | நாய் தோட்டத்தில் இல்லை.
          te | కుక్క తోటలో లేదు.
          kn | ನಾಯಿ ತೋಟದಲ್ಲಿ ಇಲ್ಲ.
          ml | നായ തോട്ടത്തിൽ ഇല്ല.
          gu | કૂતરો બગીચામાં નથી.
          pa | ਕੁੱਤਾ ਬਾਗ ਵਿੱਚ ਨਹੀਂ ਹੈ।
          th | สุนัขไม่อยู่ในสวน
          ko | 개는 정원에 없습니다.
          ja | 犬は庭にいません。
          he | הכלב לא בגינה.
          '' | 12345 !!!
          """)
  void languages(String language, String text) {
    assertThat(Languages.detect(text)).isEqualTo(language);
  }
}
