package io.github.phi4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrammarCommandTest {

  private static final JsonMapper MAPPER = new JsonMapper();

  private final Shell shell = Shell.ofTinyModel();

  @Test
  void textsAreCheckedWithTheMasks() throws Exception {
    String cases =
        """
        {"schema": {"type": "integer", "multipleOf": 5}, "texts": ["15", "16", "x"]}
        {"grammar": "root ::= [a-z]+", "texts": ["abc", "aBc", ""]}
        {"schema": {"properties": {"a/b": {"pattern": "\\\\bx"}}}, "texts": []}
        """;

    Shell.Result result = shell.input(cases).run("grammar", "--jsonl");

    String[] lines = result.out().split("\n");
    assertThat(lines).as(result.err()).hasSize(3);
    JsonNode first = MAPPER.readTree(lines[0]);
    assertThat(first.get("accepted")).hasToString("[true,false,false]");
    assertThat(first.get("tokens").get(2).intValue()).isZero();
    assertThat(first.at("/mask_us/masks").intValue()).isPositive();
    assertThat(first.get("compile_us").longValue()).isNotNegative();
    assertThat(MAPPER.readTree(lines[1]).get("accepted")).hasToString("[true,false,false]");
    JsonNode third = MAPPER.readTree(lines[2]);
    assertThat(third.get("refused").textValue()).contains("a word boundary");
    assertThat(third.get("pointer").textValue()).isEqualTo("/properties/a~1b/pattern");
  }

  @Test
  void undeclaredMembersAreOpenOnRequest() {
    String line = "{\"schema\": {\"properties\": {\"a\": {}}}, \"texts\": [\"{\\\"b\\\": 1}\"]}\n";

    assertThat(shell.input(line).run("grammar", "--jsonl").out()).contains("\"accepted\":[false]");
    assertThat(shell.input(line).run("grammar", "--jsonl", "--open-objects").out())
        .contains("\"accepted\":[true]");
  }

  @Test
  void unenforcedKeywordsAreListedInLenientMode() {
    String line =
        "{\"schema\": {\"type\": \"string\", \"pattern\": \"(a)\\\\1\"}, \"texts\": []}\n";

    assertThat(shell.input(line).run("grammar", "--jsonl").out()).contains("\"refused\"");
    assertThat(shell.input(line).run("grammar", "--jsonl", "--lenient").out())
        .contains("\"unenforced\":[\"JSON Schema at #/pattern");
  }

  @Test
  void aSampleOfAFileIsPrinted(@TempDir Path folder) throws Exception {
    Path schema = Files.writeString(folder.resolve("s.json"), "{\"enum\": [\"only\"]}");
    Path grammar = Files.writeString(folder.resolve("g.gbnf"), "root ::= \"yes\"");

    assertThat(shell.run("grammar", schema.toString()).out()).isEqualTo("\"only\"\n");
    assertThat(shell.run("grammar", grammar.toString()).out()).isEqualTo("yes\n");
  }

  @Test
  void eitherAFileOrLines() {
    assertThat(shell.run("grammar").exitCode()).isEqualTo(2);
    assertThat(shell.run("grammar", "--jsonl", "x").exitCode()).isEqualTo(2);
  }
}
