package io.github.phi4j.cli;

import io.github.phi4j.api.Grammar;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that constrain the answer. */
final class GrammarOptions {

  @Option(
      names = "--grammar",
      paramLabel = "GBNF",
      description =
          "Grammar for the answer, in llama.cpp's notation: 'root ::= \"yes\" |" + " \"no\"'.")
  private String text;

  @Option(
      names = "--grammar-file",
      paramLabel = "FILE",
      description = "UTF-8 file with the grammar; - is standard input.")
  private String file;

  @Option(
      names = {"-j", "--json-schema"},
      paramLabel = "JSON",
      description = "JSON Schema for the answer: '{\"type\": \"integer\"}'; '{}' is any JSON.")
  private String schema;

  @Option(
      names = "--json-schema-file",
      paramLabel = "FILE",
      description = "UTF-8 file with the JSON Schema; - is standard input.")
  private String schemaFile;

  @Mixin private SchemaOptions options;

  Optional<Grammar> grammar(Environment environment) throws IOException {
    long given = Stream.of(text, file, schema, schemaFile).filter(Objects::nonNull).count();
    if (given > 1) {
      throw new UsageException(
          "more than one grammar: give only one of --grammar, --grammar-file, --json-schema and"
              + " --json-schema-file");
    }
    if (given == 0) {
      return Optional.empty();
    }
    return Optional.of(
        text != null || file != null
            ? Grammar.gbnf(read(text, file, environment))
            : Grammar.jsonSchema(read(schema, schemaFile, environment), options.options()));
  }

  private static String read(String text, String file, Environment environment) throws IOException {
    return file == null ? text : TextFile.read(file, environment.in());
  }
}
