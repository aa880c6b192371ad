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
 *     with {@linkplain Reasoning#split() split} thoughts, the answer alone. A character of which
 *     not all bytes came before the end is left out; {@code tokens} still has them.
 * @param reasoning the thoughts of a reasoning model before its answer; empty if there are none or
 *     they are not split
 * @param toolCalls the tools that the model asks to call; none unless {@link
 *     GenerationOptions#tools()} are given. Calls are no part of the text. If something else than
 *     the model's own stop ended the generation amid the calls, those that were whole by then.
 * @param tokens the generated token ids, without the stop token that ended it; with a stop string
 *     they include the tokens that completed it
 * @param finishReason why it ended
 * @param usage how many tokens it took
 * @param timings how long it took
 * @param logProbs the log-probability of each of the {@code tokens}; empty unless {@link
 *     GenerationOptions#logProbs()} or {@link GenerationOptions#samplingProbs()} asked for them
 * @param unenforced what the grammar of the text does not enforce, each with its JSON pointer; none
 *     unless {@link JsonSchemaOptions#lenient()} asked for that
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
   * Creates a completion whose grammar, if it has one, enforces everything.
   *
   * @param text the generated text
   * @param reasoning the thoughts before it
   * @param toolCalls the calls
   * @param tokens the generated token ids
   * @param finishReason why it ended
   * @param usage how many tokens it took
   * @param timings how long it took
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
   * This completion as the assistant's message of the conversation that goes on.
   *
   * @return a message with the text, the thoughts and the calls
   */
  public Message message() {
    return Message.assistant(text, reasoning, toolCalls);
  }

  /** All values by name: the one list that equality and text go by. */
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

  /** Completions are equal if all their values are, the token ids by their contents. */
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
