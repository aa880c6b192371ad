package io.github.phi4j.internal.text;

import io.github.phi4j.api.Message;
import io.github.phi4j.api.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Sorts tool results into the order of their calls, since chat formats have no ids. */
final class ToolResults {

  private ToolResults() {}

  /**
   * The conversation with its tool results in order.
   *
   * @throws IllegalArgumentException if a result names no call of the message that it follows, or a
   *     call has several results, or none where others of its message have one
   */
  static List<Message> inOrder(List<Message> messages) {
    if (messages.stream().noneMatch(message -> message.role() == Message.Role.TOOL)) {
      return messages;
    }
    List<Message> ordered = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); ) {
      Message message = messages.get(i);
      if (message.role() == Message.Role.TOOL) {
        throw unknown(message, i, List.of());
      }
      ordered.add(message);
      int end = ++i;
      while (end < messages.size() && messages.get(end).role() == Message.Role.TOOL) {
        end++;
      }
      if (end > i) {
        ordered.addAll(results(message.toolCalls(), messages, i, end));
      }
      i = end;
    }
    return ordered;
  }

  private static List<Message> results(
      List<ToolCall> calls, List<Message> messages, int from, int end) {
    Map<String, Message> byCall = new LinkedHashMap<>();
    calls.forEach(call -> byCall.put(call.id(), null));
    for (int i = from; i < end; i++) {
      Message result = messages.get(i);
      String id = result.toolCallId();
      if (!byCall.containsKey(id)) {
        throw unknown(result, i, calls);
      }
      if (byCall.put(id, result) != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "message %d is a second result of the tool call \"%s\"; give one",
                i + 1,
                id));
      }
    }
    List<ToolCall> unanswered =
        calls.stream().filter(call -> byCall.get(call.id()) == null).toList();
    if (!unanswered.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "message %d asks for tool calls of which some have results, but not %s; give a result"
                  + " for each, directly after it",
              from,
              describe(unanswered)));
    }
    return List.copyOf(byCall.values());
  }

  private static IllegalArgumentException unknown(Message result, int index, List<ToolCall> calls) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "message %d is the result of the tool call \"%s\", which the assistant's message before"
                + " it does not ask for; it asks for %s",
            index + 1,
            result.toolCallId(),
            calls.isEmpty() ? "no calls" : describe(calls)));
  }

  private static String describe(List<ToolCall> calls) {
    return calls.stream()
        .map(call -> "\"" + call.id() + "\" (" + call.name() + ")")
        .collect(Collectors.joining(", "));
  }
}
