package io.github.phi4j.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.internal.grammar.CompilingCancelledException;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.SchemaSampler;
import io.github.phi4j.testing.TinyModel;
import org.junit.jupiter.api.Test;

/** Referenced documents, the lenient mode, and cancellation of a compilation. */
class SchemaOptionsTest {

  private static final JsonSchemaOptions SHOP =
      JsonSchemaOptions.builder()
          .document(
              "https://shop.example/types.json",
              """
              {"$defs": {"price": {"type": "integer", "minimum": 1},
                         "item": {"properties": {"price": {"$ref": "#/$defs/price"},
                                                 "unit": {"$ref": "units.json"}},
                                  "required": ["price"]}}}\
              """)
          .document("https://shop.example/units.json", "{\"enum\": [\"kg\", \"l\"]}")
          .build();

  @Test
  void referencesResolveToSuppliedDocumentsAndBetweenThem() {
    SchemaSampler sampler =
        new SchemaSampler(
            """
            {"type": "array", "items": {"$ref": "https://shop.example/types.json#/$defs/item"}}\
            """,
            SHOP);

    assertThat(sampler.matches("[{\"price\": 7, \"unit\": \"kg\"}]")).isTrue();
    assertThat(sampler.matches("[{\"price\": 0}]")).isFalse();
    assertThat(sampler.matches("[{\"price\": 7, \"unit\": \"m\"}]")).isFalse();
  }

  @Test
  void relativeReferencesResolveAgainstTheIdentifier() {
    SchemaSampler sampler =
        new SchemaSampler(
            "{\"$id\": \"https://shop.example/order\", \"$ref\": \"units.json\"}", SHOP);

    assertThat(sampler.matches("\"l\"")).isTrue();
    assertThat(sampler.matches("\"m\"")).isFalse();
  }

  @Test
  void aReferenceToADocumentThatIsNotSuppliedIsRefused() {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() ->
            new SchemaSampler(
                "{\"properties\": {\"x\": {\"$ref\": \"https://shop.example/other.json\"}}}", SHOP))
        .withMessageContaining("#/properties/x/$ref: found \"https://shop.example/other.json\"");
  }

  @Test
  void aDocumentThatIsNotJsonIsRefused() {
    JsonSchemaOptions options = JsonSchemaOptions.builder().document("a:b", "{").build();

    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> new SchemaSampler("{}", options));
  }

  @Test
  void aKeywordOfALaterDraftIsAnAnnotation() {
    String schema = "{\"$schema\": \"http://json-schema.org/draft-0%s/schema#\", \"const\": 1}";

    assertThat(new SchemaSampler(schema.formatted("4"), true).matches("2")).isTrue();
    assertThat(new SchemaSampler(schema.formatted("6"), true).matches("2")).isFalse();
  }

  @Test
  void aLenientSchemaIsEnforcedExceptForReportedKeywords() {
    JsonSchemaOptions lenient = JsonSchemaOptions.builder().lenient(true).build();
    String schema =
        """
        {"type": "object", "properties": {
          "a": {"type": "string", "pattern": "(x)\\\\1", "maxLength": 2},
          "b": {"type": "array", "not": {"uniqueItems": true}, "maxItems": 1}},
         "required": ["a", "b"]}\
        """;
    SchemaGrammar grammar = new SchemaGrammar(schema, lenient, Effort.uncancelled());
    grammar.automaton();

    assertThat(grammar.unenforced())
        .hasSize(2)
        .anyMatch(each -> each.contains("#/properties/a/pattern: \"pattern\" cannot be enforced"))
        .anyMatch(each -> each.contains("#/properties/b/not: \"not\" cannot be enforced"));
    SchemaSampler sampler = new SchemaSampler(schema, lenient);
    assertThat(sampler.matches("{\"a\": \"zz\", \"b\": []}")).isTrue();
    assertThat(sampler.matches("{\"a\": \"zzz\", \"b\": []}")).isFalse();
  }

  @Test
  void aCompletionReportsUnenforcedKeywords() {
    Grammar grammar =
        Grammar.jsonSchema(
            "{\"type\": \"string\", \"pattern\": \"(x)\\\\1\"}",
            JsonSchemaOptions.builder().lenient(true).build());
    try (Generator tiny = Phi4.load(TinyModel.Q8_0.path(), LoadOptions.defaults())) {
      Completion completion =
          tiny.generate(
              Prompt.raw("x"), GenerationOptions.builder().grammar(grammar).maxTokens(3).build());

      assertThat(completion.text()).startsWith("\"");
      assertThat(completion.unenforced()).singleElement().asString().contains("#/pattern");
    }
  }

  @Test
  void compilationEndsSoonAfterCancellation() {
    StringBuilder schema = new StringBuilder("{\"allOf\": [");
    for (int i = 0; i < 300; i++) {
      schema.append("{\"properties\": {\"n").append(i).append("\": {\"pattern\": \"a{900}b");
      schema.append(i).append("\"}}}, ");
    }
    String large = schema + "{}]}";
    int[] asked = {0};
    Effort effort = new Effort(() -> ++asked[0] == 3);

    assertThatThrownBy(
            () -> new SchemaGrammar(large, JsonSchemaOptions.defaults(), effort).automaton())
        .isInstanceOf(CompilingCancelledException.class);
    assertThat(asked[0]).isEqualTo(3);
  }
}
