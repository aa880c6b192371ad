package io.github.phi4j.cli;

import io.github.phi4j.api.Grammar;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the answer must be. */
final class GrammarOptions {

  @Option(
      names = "--grammar",
      paramLabel = "GBNF",
      description =
          "Grammar that the answer must follow, in llama.cpp's notation: 'root ::= \"yes\" |"
              + " \"no\"'.")
  private String text;

  @Option(
      names = "--grammar-file",
      paramLabel = "FILE",
      description = "File that holds the grammar, in UTF-8; - is standard input.")
  private String file;

  @Option(
      names = {"-j", "--json-schema"},
      paramLabel = "JSON",
      description =
          "JSON Schema that the answer must follow: '{\"type\": \"integer\"}'; '{}' is any JSON.")
  private String schema;

  @Option(
      names = "--json-schema-file",
      paramLabel = "FILE",
      description = "File that holds the JSON Schema, in UTF-8; - is standard input.")
  private String schemaFile;

  @Mixin private SchemaOptions options;

  Optional<Grammar> grammar(Environment environment) throws IOException {
    long given = Stream.of(text, file, schema, schemaFile).filter(Objects::nonNull).count();
    if (given > 1) {
      throw new UsageException(
          "there is more than one grammar: give one of --grammar, --grammar-file, --json-schema and"
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
