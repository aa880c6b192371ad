package io.github.phi4j.cli;

import io.github.phi4j.api.JsonSchemaOptions;
import picocli.CommandLine.Option;

/** How JSON Schemas are read. */
final class SchemaOptions {

  @Option(
      names = "--open-objects",
      description =
          "Allow all that the JSON Schema does: members that it does not declare, and every type"
              + " where it names none.")
  private boolean openObjects;

  @Option(
      names = "--lenient",
      description = "Pass over keywords of the JSON Schema that cannot be enforced.")
  private boolean lenient;

  JsonSchemaOptions options() {
    return JsonSchemaOptions.builder().openObjects(openObjects).lenient(lenient).build();
  }
}
