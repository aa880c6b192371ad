package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolCall;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ollama's API, which many desktop tools use: chat, generate, embed, and model information. */
final class Ollama {

  /** The corresponding version of Ollama, which clients request. */
  private static final String VERSION = "0.12.0";

  private final Serving serving;
  private final Instant started = Instant.now();

  Ollama(Serving serving) {
    this.serving = serving;
  }

  void addTo(Route.Table routes) {
    routes
        .post("/api/chat", this::chat)
        .post("/api/generate", this::generate)
        .post("/api/embed", this::embed)
        .post("/api/show", this::show)
        .get("/api/tags", exchange -> exchange.json(200, models("modified_at")))
        .get("/api/ps", exchange -> exchange.json(200, models("expires_at")))
        .get("/api/version", exchange -> exchange.json(200, Json.object().put("version", VERSION)));
  }

  private record Call(
      String model, Prompt prompt, GenerationOptions options, boolean stream, boolean chat) {}

  private void chat(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    String model = serving.model(fields);
    List<Message> messages = messages(fields);
    if (messages.isEmpty()) {
      loaded(exchange, model, true);
      return;
    }
    GenerationOptions.Builder options = options(fields);
    List<Tool> tools = ChatFields.tools(fields);
    if (!tools.isEmpty()) {
      options.tools(tools);
    }
    boolean stream = fields.flag("stream", true);
    answer(exchange, new Call(model, ChatFields.prompt(messages), options.build(), stream, true));
  }

  private void generate(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    String model = serving.model(fields);
    fields.refuse("suffix", "is not supported: the model only continues prompts");
    fields.refuse("images", "is not supported: the model reads only text");
    fields.refuse("template", "is not supported: the model's own is used");
    fields.refuse("context", "is not supported: use /api/chat");
    String text = fields.string("prompt").orElse("");
    if (text.isEmpty()) {
      loaded(exchange, model, false);
      return;
    }
    List<Message> messages = new ArrayList<>();
    fields
        .string("system")
        .filter(each -> !each.isEmpty())
        .map(Message::system)
        .ifPresent(messages::add);
    messages.add(Message.user(text));
    Prompt prompt = fields.flag("raw", false) ? Prompt.raw(text) : Prompt.chat(messages);
    boolean stream = fields.flag("stream", true);
    answer(exchange, new Call(model, prompt, options(fields).build(), stream, false));
  }

  /** Answers an empty request like Ollama: the model is loaded. */
  private void loaded(Exchange exchange, String model, boolean chat) throws IOException {
    ObjectNode node = head(model);
    content(node, chat, "", "");
    exchange.json(200, node.put("done", true).put("done_reason", "load"));
  }

  private GenerationOptions.Builder options(Fields fields) {
    Fields own = fields.object("options").orElseGet(() -> Fields.of(Json.object()));
    int context = serving.generator().contextLength();
    if (own.integer("num_ctx", 1, Integer.MAX_VALUE).orElse(0) > context) {
      throw ApiException.unsupported(
          "options.num_ctx", "'num_ctx' can be at most the server's " + context + ".");
    }
    GenerationOptions.Builder options =
        new OptionFields(serving.settings(), serving.tokenizer()).read(own, "num_predict");
    format(fields).ifPresent(options::grammar);
    fields.value("think").map(think -> reasoning(fields, think)).ifPresent(options::reasoning);
    return options;
  }

  private Optional<Grammar> format(Fields fields) {
    return fields
        .value("format")
        .filter(value -> !value.asText().isEmpty() || value.isObject())
        .map(value -> {
          if (value.isObject()) {
            return Grammar.jsonSchema(Json.text(value));
          }
          if (value.asText().equals("json")) {
            return Grammar.jsonSchema("{\"type\": \"object\"}");
          }
          throw fields.invalid("format", "must be json or a JSON Schema");
        });
  }

  private Reasoning reasoning(Fields fields, JsonNode think) {
    Reasoning.Builder reasoning = serving.settings().defaults().reasoning().toBuilder();
    if (think.isBoolean()) {
      return think.booleanValue()
          ? reasoning.split(true).build()
          : reasoning.split(true).budget(0).build();
    }
    ObjectNode effort =
        Json.object().put("reasoning_effort", Fields.string(think, fields.name("think")));
    OptionFields.effort(Fields.of(effort), reasoning);
    return reasoning.build();
  }

  /** Reads messages. Calls have no ids here, so results are matched by name and order. */
  private List<Message> messages(Fields fields) {
    List<Fields> given = fields.objects("messages");
    if (given.size() > serving.settings().maxMessages()) {
      throw fields.invalid(
          "messages", "must have at most " + serving.settings().maxMessages() + " messages");
    }
    List<Message> messages = new ArrayList<>();
    Deque<ToolCall> open = new ArrayDeque<>();
    int number = 0;
    for (Fields message : given) {
      message.refuse("images", "is not supported: the model reads only text");
      String content = message.string("content").orElse("");
      switch (message.requiredString("role")) {
        case "system" -> messages.add(Message.system(content));
        case "user" -> messages.add(Message.user(content));
        case "assistant" -> {
          open.clear();
          for (Fields call : message.objects("tool_calls")) {
            Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
            open.add(
                new ToolCall(
                    call.string("id").orElse("call_" + number++),
                    function.requiredString("name"),
                    ChatFields.arguments(function)));
          }
          messages.add(
              Message.assistant(content, message.string("thinking").orElse(""), List.copyOf(open)));
        }
        case "tool" -> messages.add(Message.tool(callOf(message, open), content));
        default -> throw message.invalid("role", "must be system, user, assistant or tool");
      }
    }
    return messages;
  }

  /** Returns the id of a result's call. */
  private static String callOf(Fields message, Deque<ToolCall> open) {
    Optional<String> id = message.string("tool_call_id");
    Optional<String> name = message.string("tool_name").or(() -> message.string("name"));
    ToolCall call =
        open.stream()
            .filter(each ->
                id.map(each.id()::equals)
                    .orElseGet(() -> name.map(each.name()::equals).orElse(true)))
            .findFirst()
            .orElseThrow(
                () -> message.invalid("role", "is tool, but no open tool call precedes it"));
    open.remove(call);
    return call.id();
  }

  private void answer(Exchange exchange, Call call) throws IOException {
    LiveAnswer.Format format = call.stream() ? LiveAnswer.Format.LINES : LiveAnswer.Format.DOCUMENT;
    serving.write(
        exchange,
        format,
        answer -> {
          TextSink sink = call.stream() ? new Sink(call, answer) : _ -> answer.wanted();
          Completion completion =
              serving.generate(List.of(call.prompt()), call.options(), 1, _ -> sink).getFirst();
          answer.send(Json.text(done(call, completion)) + (call.stream() ? "\n" : ""));
        });
  }

  private final class Sink implements TextSink {
    private final Call call;
    private final LiveAnswer answer;

    Sink(Call call, LiveAnswer answer) {
      this.call = call;
      this.answer = answer;
    }

    @Override
    public boolean accept(String text) {
      return line(text, "");
    }

    @Override
    public boolean acceptReasoning(String thought) {
      return line("", thought);
    }

    private boolean line(String text, String thought) {
      ObjectNode node = head(call.model());
      content(node, call.chat(), text, thought);
      return answer.send(Json.text(node.put("done", false)) + "\n");
    }
  }

  private ObjectNode head(String model) {
    return Json.object().put("model", model).put("created_at", Instant.now().toString());
  }

  private static ObjectNode content(ObjectNode node, boolean chat, String text, String thought) {
    ObjectNode holder = chat ? node.putObject("message").put("role", "assistant") : node;
    holder.put(chat ? "content" : "response", text);
    if (!thought.isEmpty()) {
      holder.put("thinking", thought);
    }
    return holder;
  }

  private ObjectNode done(Call call, Completion completion) {
    ObjectNode node = head(call.model());
    ObjectNode holder =
        call.stream()
            ? content(node, call.chat(), "", "")
            : content(node, call.chat(), completion.text(), completion.reasoning());
    if (!completion.toolCalls().isEmpty()) {
      ArrayNode calls = holder.putArray("tool_calls");
      for (ToolCall each : completion.toolCalls()) {
        ObjectNode function =
            calls.addObject().put("id", each.id()).putObject("function").put("name", each.name());
        function.set(
            "arguments",
            Json.parse(each.arguments().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      }
    }
    Duration prefill = completion.timings().prefill();
    Duration decode = completion.timings().decode();
    return node.put("done", true)
        .put("done_reason", Answers.finishReason(completion).equals("length") ? "length" : "stop")
        .put("total_duration", prefill.plus(decode).toNanos())
        .put("load_duration", 0)
        .put("prompt_eval_count", completion.usage().promptTokens())
        .put("prompt_eval_duration", prefill.toNanos())
        .put("eval_count", completion.usage().completionTokens())
        .put("eval_duration", decode.toNanos());
  }

  private void embed(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    String model = serving.model(fields);
    List<String> texts = fields.strings("input");
    if (texts.isEmpty()) {
      throw fields.missing("input");
    }
    serving.write(
        exchange,
        LiveAnswer.Format.DOCUMENT,
        answer -> {
          long start = System.nanoTime();
          ObjectNode node = Json.object().put("model", model);
          ArrayNode embeddings = node.putArray("embeddings");
          int tokens = 0;
          for (Embedding embedding : serving.generator().embed(texts)) {
            tokens += embedding.tokens();
            ArrayNode array = embeddings.addArray();
            for (float each : embedding.vector()) {
              array.add(each);
            }
          }
          node.put("total_duration", System.nanoTime() - start)
              .put("load_duration", 0)
              .put("prompt_eval_count", tokens);
          answer.send(Json.text(node));
        });
  }

  private void show(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    if (!fields.has("model") && fields.has("name")) {
      fields.node().set("model", fields.node().get("name"));
    }
    serving.model(fields);
    ModelInfo info = serving.generator().info();
    ObjectNode node = Json.object();
    node.put("modelfile", "").put("parameters", "").put("template", "");
    node.set("details", details(info));
    node.putObject("model_info")
        .put("general.architecture", info.architecture())
        .put("general.basename", info.name())
        .put("general.parameter_count", info.parameterCount())
        .put(info.architecture() + ".context_length", serving.generator().contextLength())
        .put(info.architecture() + ".embedding_length", info.embeddingLength())
        .put(info.architecture() + ".block_count", info.blockCount());
    ArrayNode capabilities = node.putArray("capabilities").add("completion").add("tools");
    info.chatFormat()
        .filter(format ->
            format == ChatFormat.PHI4_REASONING || format == ChatFormat.PHI4_MINI_REASONING)
        .ifPresent(_ -> capabilities.add("thinking"));
    exchange.json(200, node.put("modified_at", started.toString()));
  }

  private ObjectNode models(String time) {
    ModelInfo info = serving.generator().info();
    ObjectNode node = Json.object();
    ArrayNode models = node.putArray("models");
    for (String name : serving.settings().modelNames()) {
      String tagged = name.contains(":") ? name : name + ":latest";
      ObjectNode model =
          models
              .addObject()
              .put("name", tagged)
              .put("model", tagged)
              .put(time, started.toString())
              .put("size", info.weightBytes())
              .put("digest", java.util.HexFormat.of().formatHex(ApiKeys.digest(tagged)));
      model.set("details", details(info));
    }
    return node;
  }

  private static ObjectNode details(ModelInfo info) {
    ObjectNode details =
        Json.object()
            .put("parent_model", "")
            .put("format", "gguf")
            .put("family", info.architecture());
    details.putArray("families").add(info.architecture());
    return details
        .put("parameter_size", String.format(Locale.ROOT, "%.1fB", info.parameterCount() / 1e9))
        .put("quantization_level", info.quantization());
  }
}
