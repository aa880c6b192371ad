package io.github.phi4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.internal.text.ToolFormat;
import java.util.List;
import java.util.stream.IntStream;

/** Conversations with texts that imitate special tokens. */
final class HostileMessages {

  /** The number of kinds of turns. */
  static final int KINDS = 7;

  private HostileMessages() {}

  /** Returns the messages of a turn with the given texts. */
  static List<Message> turn(int kind, String first, String second, String third) {
    return switch (kind) {
      case 0 -> List.of(Message.system(first));
      case 1 -> List.of(Message.user(first));
      case 2 -> List.of(Message.assistant(first));
      case 3 -> List.of(Message.assistant(first, "-" + second, List.of()));
      case 4 -> List.of(Message.system(first, "-" + second));
      case 5 -> {
        Tool tool = new Tool("f", second, "{\"type\": \"object\", \"properties\": {}}");
        yield List.of(Message.system(first, ToolFormat.describe(List.of(tool))));
      }
      default -> {
        ToolCall call = new ToolCall("-" + second, "f", arguments(third));
        yield List.of(Message.assistant(first, "", List.of(call)), Message.tool(call.id(), second));
      }
    };
  }

  private static String arguments(String text) {
    return "{\"a\": \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
  }

  /** Checks that a conversation has the same special tokens as a harmless one of the same turns. */
  static void check(
      GgufTokenizer tokenizer, List<Message> hostile, List<Message> plain, boolean thoughts) {
    if (hostile.isEmpty()) {
      return;
    }
    assertThat(specials(tokenizer, hostile, thoughts))
        .as("%s", hostile)
        .containsExactly(specials(tokenizer, plain, thoughts));
  }

  private static int[] specials(GgufTokenizer tokenizer, List<Message> messages, boolean thoughts) {
    Reasoning reasoning = Reasoning.builder().kept(thoughts).build();
    GenerationOptions options = GenerationOptions.builder().reasoning(reasoning).build();
    return IntStream.of(tokenizer.encode(Prompt.chat(messages), options))
        .filter(tokenizer::isSpecial)
        .toArray();
  }
}
