package io.github.phi4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.Json;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
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
import java.util.StringJoiner;

/** Converts LangChain4j's messages and parameters to phi4j's. */
final class RequestMapping {

  private static final String ANY_OBJECT = "{\"type\": \"object\"}";
  private static final String NO_PARAMETERS = "{\"type\": \"object\", \"properties\": {}}";

  private RequestMapping() {}

  static List<Message> messages(List<ChatMessage> messages) {
    return messages.stream().map(RequestMapping::message).toList();
  }

  static Message message(ChatMessage message) {
    return switch (message) {
      case SystemMessage system -> Message.system(system.text());
      case UserMessage user -> Message.user(text(user.contents(), "a user message"));
      case AiMessage ai -> Message.assistant(orEmpty(ai.text()), orEmpty(ai.thinking()), calls(ai));
      case ToolExecutionResultMessage result -> result(result);
      default -> throw unsupported("messages of type " + message.type(), "Phi-4's chat formats");
    };
  }

  private static Message result(ToolExecutionResultMessage result) {
    String text = text(result.contents(), "a tool's result");
    return Message.tool(result.id(), text);
  }

  private static String text(List<Content> contents, String place) {
    StringJoiner text = new StringJoiner("\n");
    for (Content content : contents) {
      if (!(content instanceof TextContent plain)) {
        String type = content.type().name().toLowerCase(Locale.ROOT);
        throw unsupported(type + " content in " + place, "Phi-4's text models");
      }
      text.add(plain.text());
    }
    return text.toString();
  }

  private static List<ToolCall> calls(AiMessage message) {
    List<ToolCall> calls = new ArrayList<>();
    for (ToolExecutionRequest request : message.toolExecutionRequests()) {
      calls.add(new ToolCall(request.id(), request.name(), request.arguments()));
    }
    return calls;
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  static UnsupportedFeatureException unsupported(String feature, String by) {
    return new UnsupportedFeatureException(feature + " is not supported by " + by);
  }

  /**
   * Converts parameters to options.
   *
   * @param base the defaults
   */
  static GenerationOptions options(ChatRequestParameters parameters, GenerationOptions base) {
    GenerationOptions.Builder options = base.toBuilder();
    options.sampling(sampling(parameters, base.sampling()));
    if (parameters.maxOutputTokens() != null) {
      options.maxTokens(parameters.maxOutputTokens());
    }
    if (!parameters.stopSequences().isEmpty()) {
      options.stopStrings(parameters.stopSequences());
    }
    if (!parameters.toolSpecifications().isEmpty()) {
      options.tools(parameters.toolSpecifications().stream().map(RequestMapping::tool).toList());
      options.toolChoice(toolChoice(parameters, base.toolChoice()));
    }
    ResponseFormat format = parameters.responseFormat();
    if (format != null && format.type() == ResponseFormatType.JSON) {
      options.grammar(Grammar.jsonSchema(schema(format)));
    }
    if (parameters instanceof Phi4ChatRequestParameters own) {
      takeOwn(own, options, base);
    }
    return options.build();
  }

  private static Sampling sampling(ChatRequestParameters parameters, Sampling base) {
    Sampling.Builder sampling = base.toBuilder();
    if (parameters.temperature() != null) {
      sampling.temperature(parameters.temperature().floatValue());
    }
    if (parameters.topP() != null) {
      sampling.topP(parameters.topP().floatValue());
    }
    if (parameters.topK() != null) {
      sampling.topK(parameters.topK());
    }
    if (parameters.frequencyPenalty() != null) {
      sampling.frequencyPenalty(parameters.frequencyPenalty().floatValue());
    }
    if (parameters.presencePenalty() != null) {
      sampling.presencePenalty(parameters.presencePenalty().floatValue());
    }
    if (parameters instanceof Phi4ChatRequestParameters own) {
      if (own.seed() != null) {
        sampling.seed(own.seed());
      }
      if (own.minP() != null) {
        sampling.minP(own.minP().floatValue());
      }
      if (own.repeatPenalty() != null) {
        sampling.repeatPenalty(own.repeatPenalty().floatValue());
      }
    }
    return sampling.build();
  }

  private static void takeOwn(
      Phi4ChatRequestParameters own, GenerationOptions.Builder options, GenerationOptions base) {
    if (own.logProbs() != null) {
      options.logProbs(own.logProbs());
    }
    if (own.reasoningBudget() != null) {
      options.reasoning(base.reasoning().toBuilder().budget(own.reasoningBudget()).build());
    }
    if (own.timeout() != null) {
      options.timeout(own.timeout());
    }
  }

  private static Tool tool(ToolSpecification tool) {
    String description = orEmpty(tool.description());
    String parameters = tool.parameters() == null ? NO_PARAMETERS : json(tool.parameters());
    return new Tool(tool.name(), description, parameters);
  }

  private static ToolChoice toolChoice(ChatRequestParameters parameters, ToolChoice base) {
    ToolChoice choice =
        switch (parameters.toolChoice()) {
          case null -> base;
          case AUTO -> ToolChoice.auto();
          case REQUIRED -> ToolChoice.required();
          case NONE -> ToolChoice.none();
        };
    boolean serial =
        parameters instanceof Phi4ChatRequestParameters own
            && own.parallelToolCalls() != null
            && !own.parallelToolCalls();
    return choice.withParallel(!serial);
  }

  private static String schema(ResponseFormat format) {
    return format.jsonSchema() == null ? ANY_OBJECT : json(format.jsonSchema().rootElement());
  }

  private static String json(JsonSchemaElement element) {
    return Json.toJson(JsonSchemaElementUtils.toMap(element));
  }
}
