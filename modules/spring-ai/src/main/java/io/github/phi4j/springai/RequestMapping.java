package io.github.phi4j.springai;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** Converts Spring AI's prompts and options to phi4j's. */
final class RequestMapping {

  /** The metadata key of an assistant message's thoughts. */
  static final String REASONING = "reasoningContent";

  private RequestMapping() {}

  static io.github.phi4j.api.Prompt prompt(Prompt prompt) {
    List<Message> messages = new ArrayList<>();
    prompt.getInstructions().forEach(message -> add(message, messages));
    return io.github.phi4j.api.Prompt.chat(messages);
  }

  private static void add(
      org.springframework.ai.chat.messages.Message message, List<Message> messages) {
    switch (message) {
      case UserMessage user -> {
        if (!user.getMedia().isEmpty()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "media of type %s in a user message; Phi-4's text models accept only text",
                  user.getMedia().getFirst().getMimeType()));
        }
        messages.add(Message.user(orEmpty(user.getText())));
      }
      case AssistantMessage answer ->
          messages.add(
              Message.assistant(
                  orEmpty(answer.getText()),
                  answer.getMetadata().get(REASONING) instanceof String thoughts ? thoughts : "",
                  answer.getToolCalls().stream()
                      .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                      .toList()));
      case ToolResponseMessage results ->
          results
              .getResponses()
              .forEach(result -> messages.add(Message.tool(result.id(), result.responseData())));
      default -> messages.add(Message.system(orEmpty(message.getText())));
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /**
   * Converts options.
   *
   * @param base the defaults
   */
  static GenerationOptions options(ChatOptions given, GenerationOptions base) {
    GenerationOptions.Builder options = base.toBuilder().sampling(sampling(given, base.sampling()));
    if (given.getMaxTokens() != null) {
      options.maxTokens(given.getMaxTokens());
    }
    if (given.getStopSequences() != null && !given.getStopSequences().isEmpty()) {
      options.stopStrings(given.getStopSequences());
    }
    if (given instanceof ToolCallingChatOptions calling && calling.getToolCallbacks() != null) {
      options.tools(calling.getToolCallbacks().stream().map(RequestMapping::tool).toList());
      options.toolChoice(base.toolChoice().withParallel(true));
    }
    if (given instanceof StructuredOutputChatOptions structured
        && structured.getOutputSchema() != null) {
      options.grammar(Grammar.jsonSchema(structured.getOutputSchema()));
    }
    if (given instanceof Phi4ChatOptions own) {
      takeOwn(own, options, base);
    }
    return options.build();
  }

  private static void takeOwn(
      Phi4ChatOptions own, GenerationOptions.Builder options, GenerationOptions base) {
    ToolChoice choice = own.getToolChoice();
    if (choice != null && own.getToolCallbacks() != null && !own.getToolCallbacks().isEmpty()) {
      options.toolChoice(choice);
    }
    if (own.getLogProbs() != null) {
      options.logProbs(own.getLogProbs());
    }
    if (own.getReasoningBudget() != null) {
      options.reasoning(base.reasoning().toBuilder().budget(own.getReasoningBudget()).build());
    }
    if (own.getTimeout() != null) {
      options.timeout(own.getTimeout());
    }
  }

  private static Sampling sampling(ChatOptions given, Sampling base) {
    Sampling.Builder sampling = base.toBuilder();
    if (given.getTemperature() != null) {
      sampling.temperature(given.getTemperature().floatValue());
    }
    if (given.getTopP() != null) {
      sampling.topP(given.getTopP().floatValue());
    }
    if (given.getTopK() != null) {
      sampling.topK(given.getTopK());
    }
    if (given.getFrequencyPenalty() != null) {
      sampling.frequencyPenalty(given.getFrequencyPenalty().floatValue());
    }
    if (given.getPresencePenalty() != null) {
      sampling.presencePenalty(given.getPresencePenalty().floatValue());
    }
    if (given instanceof Phi4ChatOptions own) {
      if (own.getSeed() != null) {
        sampling.seed(own.getSeed());
      }
      if (own.getMinP() != null) {
        sampling.minP(own.getMinP().floatValue());
      }
      if (own.getRepeatPenalty() != null) {
        sampling.repeatPenalty(own.getRepeatPenalty().floatValue());
      }
    }
    return sampling.build();
  }

  private static Tool tool(ToolCallback callback) {
    ToolDefinition tool = callback.getToolDefinition();
    return new Tool(tool.name(), tool.description(), tool.inputSchema());
  }
}
