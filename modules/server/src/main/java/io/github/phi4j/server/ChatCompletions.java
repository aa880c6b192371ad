package io.github.phi4j.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@code /v1/chat/completions}. */
final class ChatCompletions implements Route {

  private final Serving serving;

  ChatCompletions(Serving serving) {
    this.serving = serving;
  }

  /**
   * A parsed request.
   *
   * @param logProbs whether the answer has log-probabilities
   * @param heartbeat the interval of heartbeats
   * @param timingsPerToken whether each chunk of a stream has timings
   */
  record Call(
      String model,
      Prompt prompt,
      GenerationOptions options,
      int choices,
      boolean stream,
      boolean streamUsage,
      boolean logProbs,
      boolean timingsPerToken,
      Duration heartbeat) {}

  @Override
  public void answer(Exchange exchange) throws IOException {
    Call call = read(Fields.of(Json.parse(exchange.body())));
    if (call.stream()) {
      serving.write(
          exchange, LiveAnswer.Format.EVENTS, call.heartbeat(), answer -> stream(call, answer));
    } else {
      serving.write(
          exchange, LiveAnswer.Format.DOCUMENT, call.heartbeat(), answer -> whole(call, answer));
    }
  }

  private Call read(Fields fields) {
    String model = serving.model(fields);
    refuseUnsupported(fields);
    Prompt prompt = ChatFields.prompt(fields, serving.settings().maxMessages());
    GenerationOptions.Builder options =
        new OptionFields(serving.settings(), serving.tokenizer())
            .read(fields, "max_completion_tokens", "max_tokens", "n_predict");
    List<Tool> tools = ChatFields.tools(fields);
    if (!tools.isEmpty()) {
      options.tools(tools).toolChoice(ChatFields.toolChoice(fields));
    } else if (ChatFields.toolChoice(fields).mode() == ToolChoice.Mode.REQUIRED) {
      throw fields.invalid("tool_choice", "is only allowed when 'tools' are given");
    }
    OptionFields.grammar(fields).ifPresent(options::grammar);
    boolean logProbs = fields.flag("logprobs", false);
    int alternatives =
        fields
            .integer("top_logprobs", 0, OptionFields.MAX_ALTERNATIVES)
            .orElse(fields.integer("n_probs", 0, OptionFields.MAX_ALTERNATIVES).orElse(0));
    if (fields.has("top_logprobs") && !logProbs) {
      throw fields.invalid("top_logprobs", "is only allowed when 'logprobs' is true");
    }
    logProbs |= alternatives > 0;
    boolean stream = fields.flag("stream", false);
    boolean timings = fields.flag("timings_per_token", false);
    if (logProbs || (stream && timings)) {
      OptionFields.logProbs(fields, options, alternatives);
    }
    return new Call(
        model,
        prompt,
        options.build(),
        OptionFields.choices(fields),
        stream,
        fields.object("stream_options").map(o -> o.flag("include_usage", false)).orElse(false),
        logProbs,
        timings,
        OptionFields.heartbeat(fields, serving.settings().heartbeat()));
  }

  /** Refuses known fields that request unsupported features. */
  private static void refuseUnsupported(Fields fields) {
    fields.refuse("audio", "is not supported: the model writes only text");
    fields.refuse("web_search_options", "is not supported: the server does not search");
    fields.refuse("store", "is not supported: the server keeps no completions");
    if (fields.strings("modalities").stream().anyMatch(each -> !each.equals("text"))) {
      throw ApiException.unsupported(
          fields.name("modalities"), "'modalities' can only be [\"text\"].");
    }
  }

  private void whole(Call call, LiveAnswer answer) throws InterruptedException {
    List<Completion> completions =
        serving.generate(
            List.of(call.prompt()), call.options(), call.choices(), _ -> _ -> answer.wanted());
    ObjectNode node = Json.object();
    node.put("id", Answers.id("chatcmpl-"))
        .put("object", "chat.completion")
        .put("created", Answers.now())
        .put("model", call.model());
    for (int i = 0; i < completions.size(); i++) {
      choice(node.withArray("choices").addObject(), i, completions.get(i), call.logProbs());
    }
    node.set("usage", Answers.usage(completions, call.choices(), serving.tokenizer()));
    Completion first = completions.getFirst();
    node.set("timings", Answers.timings(first.timings(), first.usage()));
    answer.send(Json.text(node));
  }

  private void choice(ObjectNode choice, int index, Completion completion, boolean logProbs) {
    choice.put("index", index);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    boolean calls = !completion.toolCalls().isEmpty();
    message.put("content", calls && completion.text().isEmpty() ? null : completion.text());
    message.putNull("refusal");
    if (!completion.reasoning().isEmpty()) {
      message.put("reasoning_content", completion.reasoning());
    }
    if (calls) {
      message.set("tool_calls", Answers.toolCalls(completion.toolCalls()));
    }
    if (logProbs) {
      choice
          .putObject("logprobs")
          .putNull("refusal")
          .set("content", Answers.logProbs(completion.logProbs(), serving.tokenizer()));
    } else {
      choice.putNull("logprobs");
    }
    choice.put("finish_reason", Answers.finishReason(completion));
  }

  private void stream(Call call, LiveAnswer answer) throws InterruptedException {
    ChatStream stream = new ChatStream(call, answer, serving.tokenizer());
    List<Completion> completions =
        serving.generate(List.of(call.prompt()), call.options(), call.choices(), stream::sink);
    stream.finish(completions);
  }
}
