package io.github.phi4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import java.util.List;
import java.util.function.Consumer;

/**
 * Streams the tool calls of one response: the parts of a call, then the complete call, then the
 * next one.
 */
final class ToolCallParts {

  private final Consumer<PartialToolCall> partial;
  private final Consumer<CompleteToolCall> complete;

  private int begun;
  private int completed;
  private String id = "";
  private String name = "";
  private final StringBuilder arguments = new StringBuilder();
  private int sent; // characters of the arguments

  ToolCallParts(Consumer<PartialToolCall> partial, Consumer<CompleteToolCall> complete) {
    this.partial = partial;
    this.complete = complete;
  }

  void accept(String callId, String toolName, String piece) {
    if (!callId.equals(id)) {
      if (begun > 0) {
        complete(
            ToolExecutionRequest.builder()
                .id(id)
                .name(name)
                .arguments(arguments.toString())
                .build());
      }
      begun++;
      id = callId;
      name = toolName;
      arguments.setLength(0);
      sent = 0;
    }
    arguments.append(piece);
    boolean braceAlone = sent == 0 && arguments.toString().strip().equals("{");
    if (arguments.length() > sent && !braceAlone) { // a lone brace waits for the next piece
      partial.accept(
          PartialToolCall.builder()
              .index(begun - 1)
              .id(id)
              .name(name)
              .partialArguments(arguments.substring(sent))
              .build());
      sent = arguments.length();
    }
  }

  /** Completes the response's remaining calls. */
  void end(List<ToolExecutionRequest> requests) {
    requests.subList(completed, requests.size()).forEach(this::complete);
  }

  private void complete(ToolExecutionRequest request) {
    complete.accept(new CompleteToolCall(completed++, request));
  }
}
