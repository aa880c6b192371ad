package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options for tool calls. */
final class ToolOptions {

  @Option(
      names = "--tools",
      paramLabel = "FILE",
      description =
          "File with a JSON array of tools: name, description and parameters, a JSON Schema; "
              + "each directly or under \"function\", as in OpenAI's API. Calls are printed by"
              + " --json.")
  private String file;

  @Option(
      names = "--tool-choice",
      paramLabel = "CHOICE",
      description = "auto, required, none, or the name of the tool to call. Default: auto.")
  private String choice;

  @Option(
      names = "--parallel-tool-calls",
      description = "Allow several tool calls at once. Default: one call.")
  private boolean parallel;

  void apply(GenerationOptions.Builder options, boolean json) throws IOException {
    if (file == null) {
      if (choice != null) {
        throw new UsageException("--tool-choice needs --tools FILE");
      }
      if (parallel) {
        throw new UsageException("--parallel-tool-calls needs --tools FILE");
      }
      return;
    }
    if (!json) {
      throw new UsageException("--tools needs --json, which prints the calls");
    }
    List<Tool> tools = read();
    UsageException.check(() -> options.tools(tools).toolChoice(choice().withParallel(parallel)));
  }

  private ToolChoice choice() {
    return switch (choice) {
      case null -> ToolChoice.auto();
      case "auto" -> ToolChoice.auto();
      case "required" -> ToolChoice.required();
      case "none" -> ToolChoice.none();
      default -> ToolChoice.named(choice);
    };
  }

  private List<Tool> read() throws IOException {
    JsonNode array = new Json().document(file);
    List<Tool> tools = new ArrayList<>();
    if (!array.isArray()) {
      throw new IOException(file + ": found no array; expected a JSON array of tools");
    }
    for (JsonNode element : array) {
      JsonNode tool = element.has("function") ? element.get("function") : element;
      if (!tool.path("name").isTextual()) {
        throw new IOException(
            file + ": found a tool without a name; expected name, description, parameters");
      }
      tools.add(tool(tool));
    }
    return tools;
  }

  private Tool tool(JsonNode tool) throws IOException {
    JsonNode parameters = tool.path("parameters");
    try {
      return new Tool(
          tool.get("name").textValue(),
          tool.path("description").asText(""),
          parameters.isMissingNode()
              ? "{\"type\": \"object\", \"properties\": {}}"
              : parameters.toString());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
