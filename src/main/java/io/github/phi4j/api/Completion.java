package io.github.phi4j.api;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A finished generation.
 *
 * @param text the generated text, without special tokens and without the stop string that ended it;
 *     with {@linkplain Reasoning#split() split} thoughts, only the answer. An incomplete character
 *     at the end is dropped; {@code tokens} still has its bytes.
 * @param reasoning the thoughts of a reasoning model before its answer; empty if there are none or
 *     they are not split
 * @param toolCalls the tool calls; empty unless {@link GenerationOptions#tools()} are set. Calls
 *     are not part of the text. If a limit ended the generation amid the calls, only complete ones.
 * @param tokens the generated token ids, without the stop token that ended it; with a stop string
 *     they include the tokens that completed it
 * @param finishReason the reason for the end
 * @param usage the token counts
 * @param timings the times
 * @param logProbs the log-probability of each of the {@code tokens}; empty unless requested by
 *     {@link GenerationOptions#logProbs()} or {@link GenerationOptions#samplingProbs()}
 * @param unenforced keywords that the grammar does not enforce, each with its JSON pointer; empty
 *     unless {@link JsonSchemaOptions#lenient()} is set
 * @since 0.1.0
 */
public record Completion(
    String text,
    String reasoning,
    List<ToolCall> toolCalls,
    @SuppressWarnings("ArrayRecordComponent") int[] tokens, // copied, and compared by contents
    FinishReason finishReason,
    Usage usage,
    Timings timings,
    List<TokenLogProb> logProbs,
    List<String> unenforced) {

  /** Creates a completion. */
  public Completion {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(reasoning, "reasoning");
    toolCalls = Arguments.copy(toolCalls, "toolCalls");
    tokens = Objects.requireNonNull(tokens, "tokens").clone();
    Objects.requireNonNull(finishReason, "finishReason");
    Objects.requireNonNull(usage, "usage");
    Objects.requireNonNull(timings, "timings");
    logProbs = Arguments.copy(logProbs, "logProbs");
    unenforced = Arguments.copy(unenforced, "unenforced");
  }

  /**
   * Creates a completion without unenforced keywords.
   *
   * @param text the generated text
   * @param reasoning the thoughts before it
   * @param toolCalls the calls
   * @param tokens the generated token ids
   * @param finishReason the reason for the end
   * @param usage the token counts
   * @param timings the times
   * @param logProbs the log-probabilities of the tokens
   */
  public Completion(
      String text,
      String reasoning,
      List<ToolCall> toolCalls,
      int[] tokens,
      FinishReason finishReason,
      Usage usage,
      Timings timings,
      List<TokenLogProb> logProbs) {
    this(text, reasoning, toolCalls, tokens, finishReason, usage, timings, logProbs, List.of());
  }

  /** {@return a copy of the generated token ids} */
  @Override
  public int[] tokens() {
    return tokens.clone();
  }

  /**
   * Returns this completion as an assistant message, for the next turn.
   *
   * @return a message with the text, the thoughts and the calls
   */
  public Message message() {
    return Message.assistant(text, reasoning, toolCalls);
  }

  /** Returns all values by name, for {@code equals}, {@code hashCode} and {@code toString}. */
  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("text", text);
    values.put("reasoning", reasoning);
    values.put("toolCalls", toolCalls);
    values.put("tokens", Arrays.stream(tokens).boxed().toList());
    values.put("finishReason", finishReason);
    values.put("usage", usage);
    values.put("timings", timings);
    values.put("logProbs", logProbs);
    values.put("unenforced", unenforced);
    return values;
  }

  /** Returns whether all values are equal, token ids by content. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Completion that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Completion" + values();
  }
}
