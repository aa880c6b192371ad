package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** {@code /v1/completions}: continues text verbatim. */
final class Completions implements Route {

  private static final int MAX_PROMPTS = 64;

  /** The default number of tokens, as in OpenAI's API. */
  private static final int DEFAULT_TOKENS = 16;

  private final Serving serving;

  Completions(Serving serving) {
    this.serving = serving;
  }

  private record Call(
      String model,
      List<Prompt> prompts,
      List<String> echoes,
      GenerationOptions options,
      int samples,
      boolean stream,
      boolean streamUsage,
      LogProbForm logProbs,
      Duration heartbeat) {}

  /** The format of log-probabilities. */
  private enum LogProbForm {
    NONE,
    /** OpenAI's parallel arrays. */
    ARRAYS,
    /** llama.cpp's object per token, as in chat completions. */
    OBJECTS
  }

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
    int samples = OptionFields.choices(fields);
    if (fields.integer("best_of", 1, OptionFields.MAX_CHOICES).orElse(samples) != samples) {
      throw ApiException.unsupported(
          fields.name("best_of"), "'best_of' is not supported unless it equals 'n'.");
    }
    fields.refuse("suffix", "is not supported: the model only continues prompts");
    GenerationOptions.Builder options =
        new OptionFields(serving.settings(), serving.tokenizer())
            .read(fields, "max_tokens", "n_predict");
    if (!fields.has("max_tokens") && !fields.has("n_predict")) {
      options.maxTokens(Math.min(serving.settings().defaults().maxTokens(), DEFAULT_TOKENS));
    }
    // The choices of this endpoint have no field for separate thoughts.
    options.reasoning(Reasoning.builder().split(false).build());
    OptionFields.grammar(fields).ifPresent(options::grammar);
    LogProbForm logProbs = logProbs(fields, options);
    List<Prompt> prompts = prompts(fields);
    boolean echo = fields.flag("echo", false);
    if (echo && logProbs != LogProbForm.NONE) {
      throw ApiException.unsupported(
          fields.name("echo"), "'echo' is not supported together with 'logprobs'.");
    }
    return new Call(
        model,
        prompts,
        echo ? prompts.stream().map(this::text).toList() : List.of(),
        options.build(),
        samples,
        fields.flag("stream", false),
        fields.object("stream_options").map(o -> o.flag("include_usage", false)).orElse(false),
        logProbs,
        OptionFields.heartbeat(fields, serving.settings().heartbeat()));
  }

  private static LogProbForm logProbs(Fields fields, GenerationOptions.Builder options) {
    OptionalInt arrays = fields.integer("logprobs", 0, OptionFields.MAX_ALTERNATIVES);
    if (arrays.isPresent()) {
      options.logProbs(arrays.getAsInt());
      return LogProbForm.ARRAYS;
    }
    int objects = fields.integer("n_probs", 0, OptionFields.MAX_ALTERNATIVES).orElse(0);
    if (objects == 0) {
      return LogProbForm.NONE;
    }
    OptionFields.logProbs(fields, options, objects);
    return LogProbForm.OBJECTS;
  }

  private String text(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Raw raw -> raw.text();
      case Prompt.Tokens tokens -> serving.tokenizer().decode(tokens.ids());
      default -> "";
    };
  }

  /** A text, texts, token ids, or arrays of token ids. */
  private List<Prompt> prompts(Fields fields) {
    JsonNode value = fields.value("prompt").orElseThrow(() -> fields.missing("prompt"));
    if (value.isTextual()) {
      return List.of(Prompt.raw(value.textValue()));
    }
    if (!(value instanceof ArrayNode array)) {
      throw Fields.wrongType(fields.name("prompt"), "a string or an array", value);
    }
    if (!array.isEmpty() && array.get(0).isNumber()) {
      return List.of(tokens(fields, array));
    }
    if (array.isEmpty() || array.size() > MAX_PROMPTS) {
      throw fields.invalid("prompt", "must have from 1 to " + MAX_PROMPTS + " prompts");
    }
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode each : array) {
      prompts.add(
          each instanceof ArrayNode ids
              ? tokens(fields, ids)
              : Prompt.raw(Fields.string(each, fields.name("prompt"))));
    }
    return prompts;
  }

  private static Prompt tokens(Fields fields, ArrayNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw fields.invalid("prompt", "must hold token ids, which are integers");
      }
      ids[i] = id.intValue();
    }
    return Prompt.tokens(ids);
  }

  private void whole(Call call, LiveAnswer answer) throws InterruptedException {
    List<Completion> completions =
        serving.generate(call.prompts(), call.options(), call.samples(), _ -> _ -> answer.wanted());
    ObjectNode node = head(call, Answers.id("cmpl-"), Answers.now());
    ArrayNode choices = node.putArray("choices");
    for (int i = 0; i < completions.size(); i++) {
      Completion completion = completions.get(i);
      String echo = call.echoes().isEmpty() ? "" : call.echoes().get(i / call.samples());
      ObjectNode choice = choices.addObject().put("index", i).put("text", echo + completion.text());
      choice.set("logprobs", logProbs(call, completion.logProbs(), 0));
      choice.put("finish_reason", Answers.finishReason(completion));
    }
    node.set("usage", Answers.usage(completions, call.samples(), serving.tokenizer()));
    node.set(
        "timings",
        Answers.timings(completions.getFirst().timings(), completions.getFirst().usage()));
    answer.send(Json.text(node));
  }

  private static ObjectNode head(Call call, String id, long created) {
    return Json.object()
        .put("id", id)
        .put("object", "text_completion")
        .put("created", created)
        .put("model", call.model());
  }

  private void stream(Call call, LiveAnswer answer) throws InterruptedException {
    String id = Answers.id("cmpl-");
    long created = Answers.now();
    for (int i = 0; i < call.echoes().size() * call.samples(); i++) {
      chunk(call, id, created, answer, i, call.echoes().get(i / call.samples()), null, null);
    }
    List<Completion> completions =
        serving.generate(
            call.prompts(),
            call.options(),
            call.samples(),
            index -> new Sink(call, id, created, answer, index));
    for (int i = 0; i < completions.size(); i++) {
      String reason = Answers.finishReason(completions.get(i));
      chunk(call, id, created, answer, i, "", null, reason);
    }
    if (call.streamUsage()) {
      ObjectNode node = head(call, id, created);
      node.putArray("choices");
      node.set("usage", Answers.usage(completions, call.samples(), serving.tokenizer()));
      answer.send("data: " + Json.text(node) + "\n\n");
    }
    answer.send("data: [DONE]\n\n");
  }

  private static boolean chunk(
      Call call,
      String id,
      long created,
      LiveAnswer answer,
      int index,
      String text,
      @Nullable ObjectNode logProbs,
      @Nullable String reason) {
    ObjectNode node = head(call, id, created);
    if (call.streamUsage()) {
      node.putNull("usage");
    }
    ObjectNode choice = node.putArray("choices").addObject().put("index", index).put("text", text);
    choice.set("logprobs", logProbs);
    choice.put("finish_reason", reason);
    return answer.send("data: " + Json.text(node) + "\n\n");
  }

  private final class Sink implements TextSink {
    private final Call call;
    private final String id;
    private final long created;
    private final LiveAnswer answer;
    private final int index;
    private final List<TokenLogProb> untold = new ArrayList<>();
    private int offset;

    Sink(Call call, String id, long created, LiveAnswer answer, int index) {
      this.call = call;
      this.id = id;
      this.created = created;
      this.answer = answer;
      this.index = index;
    }

    @Override
    public boolean accept(String text) {
      ObjectNode logProbs = untold.isEmpty() ? null : logProbs(call, untold, offset);
      untold.clear();
      offset += text.length();
      return chunk(call, id, created, answer, index, text, logProbs, null);
    }

    @Override
    public boolean acceptLogProb(TokenLogProb token) {
      untold.add(token);
      return true;
    }
  }

  private @Nullable ObjectNode logProbs(Call call, List<TokenLogProb> tokens, int offset) {
    return switch (call.logProbs()) {
      case NONE -> null;
      case ARRAYS -> arrays(tokens, offset, serving.tokenizer());
      case OBJECTS -> {
        ObjectNode node = Json.object();
        node.set("content", Answers.logProbs(tokens, serving.tokenizer()));
        yield node;
      }
    };
  }

  private static ObjectNode arrays(List<TokenLogProb> tokens, int offset, Tokenizer tokenizer) {
    ObjectNode node = Json.object();
    ArrayNode texts = node.putArray("tokens");
    ArrayNode values = node.putArray("token_logprobs");
    ArrayNode tops = node.putArray("top_logprobs");
    ArrayNode offsets = node.putArray("text_offset");
    int at = offset;
    for (TokenLogProb token : tokens) {
      String text = tokenizer.text(token.id());
      texts.add(text);
      values.add(Answers.finite(token.logProb()));
      ObjectNode top = tops.addObject();
      token
          .alternatives()
          .forEach(each -> top.put(tokenizer.text(each.id()), Answers.finite(each.logProb())));
      offsets.add(at);
      at += text.length();
    }
    return node;
  }
}
