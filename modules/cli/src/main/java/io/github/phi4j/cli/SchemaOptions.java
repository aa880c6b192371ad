package io.github.phi4j.cli;

import io.github.phi4j.api.JsonSchemaOptions;
import picocli.CommandLine.Option;

/** Options for JSON Schemas. */
final class SchemaOptions {

  @Option(
      names = "--open-objects",
      description =
          "Allow everything that the JSON Schema allows: undeclared members, and every type "
              + "where it names none.")
  private boolean openObjects;

  @Option(
      names = "--lenient",
      description = "Skip keywords of the JSON Schema that cannot be enforced.")
  private boolean lenient;

  JsonSchemaOptions options() {
    return JsonSchemaOptions.builder().openObjects(openObjects).lenient(lenient).build();
  }
}
