package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.phi4j.api.ContextShift;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Reasoning;
import io.github.phi4j.api.Tokenizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the generation options that endpoints have in common. */
final class OptionFields {

  /** The maximum number of choices of a request. */
  static final int MAX_CHOICES = 64;

  /** The maximum number of alternatives per token. */
  static final int MAX_ALTERNATIVES = 20;

  private static final int MAX_STOPS = 64;
  private static final String ANY_OBJECT = "{\"type\": \"object\"}";

  private final Settings settings;
  private final Tokenizer tokenizer;

  OptionFields(Settings settings, Tokenizer tokenizer) {
    this.settings = settings;
    this.tokenizer = tokenizer;
  }

  /** Reads options for length, stop conditions, sampling and thoughts. */
  GenerationOptions.Builder read(Fields fields, String... lengthFields) {
    fields.refuse("lora", "is not supported: no adapters are loaded");
    fields.refuse("id_slot", "is not supported: there are no slots to choose from", "-1");
    fields.refuse("n_indent", "is not supported", "0");
    fields.refuse("return_progress", "is not supported: progress of prompts is not reported");
    fields.refuse("reasoning_control", "is not supported: set 'reasoning_budget'");
    GenerationOptions.Builder options =
        settings.defaults().toBuilder()
            .sampling(new SamplingFields(fields, settings.defaults().sampling(), tokenizer).read());
    length(fields, options, lengthFields);
    stops(fields, options);
    options.ignoreModelStop(fields.flag("ignore_eos", settings.defaults().ignoreModelStop()));
    options.reasoning(reasoning(fields));
    time(fields, options);
    keep(fields, options);
    return options;
  }

  /** Reads the number of choices. */
  static int choices(Fields fields) {
    return fields
        .integer("n", 1, MAX_CHOICES)
        .orElseGet(() -> fields.integer("n_cmpl", 1, MAX_CHOICES).orElse(1));
  }

  /** Reads the heartbeat interval. */
  static Duration heartbeat(Fields fields, Duration fallback) {
    OptionalInt seconds = fields.integer("sse_ping_interval", -1, 3600);
    if (seconds.orElse(1) < 1) {
      throw ApiException.unsupported(
          fields.name("sse_ping_interval"),
          "'sse_ping_interval' must be at least 1: heartbeats detect disconnected clients.");
    }
    return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : fallback;
  }

  /** Requests log-probabilities, and sampling probabilities if the request has them. */
  static void logProbs(Fields fields, GenerationOptions.Builder options, int alternatives) {
    options.logProbs(alternatives);
    if (fields.flag("post_sampling_probs", false)) {
      options.samplingProbs(alternatives);
    }
  }

  private static void length(
      Fields fields, GenerationOptions.Builder options, String... lengthFields) {
    for (String field : lengthFields) {
      // As in llama.cpp, -1 is no limit.
      OptionalInt most = fields.integer(field, -1, Integer.MAX_VALUE);
      if (most.isPresent()) {
        options.maxTokens(most.getAsInt() < 0 ? Integer.MAX_VALUE : most.getAsInt());
        return;
      }
    }
  }

  private static void stops(Fields fields, GenerationOptions.Builder options) {
    if (!fields.has("stop")) {
      return;
    }
    List<String> stops =
        fields.strings("stop").stream().filter(stop -> !stop.isEmpty()).distinct().toList();
    if (stops.size() > MAX_STOPS) {
      throw fields.invalid("stop", "must have at most " + MAX_STOPS + " texts");
    }
    options.stopStrings(stops);
  }

  /**
   * Reads the tokens to keep; without a context shift, which only the server's options enable,
   * nothing is dropped.
   */
  private void keep(Fields fields, GenerationOptions.Builder options) {
    OptionalInt kept = fields.integer("n_keep", -1, Integer.MAX_VALUE);
    if (kept.isPresent() && settings.defaults().contextShift().isPresent()) {
      options.contextShift(
          kept.getAsInt() < 0 ? ContextShift.keepPrompt() : ContextShift.keep(kept.getAsInt()));
    }
  }

  private void time(Fields fields, GenerationOptions.Builder options) {
    OptionalLong most = fields.whole("t_max_predict_ms", -1, Integer.MAX_VALUE);
    Duration limit = settings.answerTime();
    if (most.orElse(0) > 0 && most.getAsLong() < limit.toMillis()) {
      limit = Duration.ofMillis(most.getAsLong());
    }
    options.timeout(limit);
  }

  /** Reads the handling of thoughts: llama.cpp's fields, and OpenAI's effort. */
  private Reasoning reasoning(Fields fields) {
    Reasoning.Builder reasoning = settings.defaults().reasoning().toBuilder();
    Optional<String> format = fields.string("reasoning_format");
    if (format.isPresent()) {
      switch (format.get()) {
        case "none" -> {
          return Reasoning.builder()
              .split(false)
              .kept(settings.defaults().reasoning().kept())
              .build();
        }
        case "auto", "deepseek", "deepseek-legacy" -> reasoning.split(true);
        default -> throw fields.invalid("reasoning_format", "must be auto, deepseek or none");
      }
    }
    OptionalInt budget = fields.integer("reasoning_budget", -1, Integer.MAX_VALUE);
    OptionalInt tokens =
        budget.isPresent()
            ? budget
            : fields.integer("thinking_budget_tokens", -1, Integer.MAX_VALUE);
    if (tokens.orElse(-1) >= 0) {
      reasoning.split(true).budget(tokens.getAsInt());
    }
    fields
        .object("chat_template_kwargs")
        .filter(arguments -> !arguments.flag("enable_thinking", true))
        .ifPresent(_ -> reasoning.split(true).budget(0));
    effort(fields, reasoning);
    return reasoning.build();
  }

  static void effort(Fields fields, Reasoning.Builder reasoning) {
    Optional<String> effort =
        fields
            .string("reasoning_effort")
            .or(() -> fields.object("reasoning").flatMap(object -> object.string("effort")));
    effort.ifPresent(value -> {
      switch (value) {
        case "none" -> reasoning.split(true).budget(0);
        case "minimal" -> reasoning.split(true).budget(256);
        case "low" -> reasoning.split(true).budget(1024);
        case "medium", "high", "xhigh", "max" -> {}
        default ->
            throw fields.invalid(
                "reasoning_effort", "must be none, minimal, low, medium, high or xhigh");
      }
    });
  }

  /** Reads the grammar: OpenAI's response_format, or llama.cpp's grammar or json_schema. */
  static Optional<Grammar> grammar(Fields fields) {
    Optional<Grammar> format = fields.object("response_format").flatMap(OptionFields::format);
    Optional<Grammar> schema =
        fields
            .value("json_schema")
            .map(value -> Grammar.jsonSchema(schema(value, fields, "json_schema")));
    Optional<Grammar> rules =
        fields.string("grammar").filter(text -> !text.isBlank()).map(Grammar::gbnf);
    List<Grammar> given =
        List.of(format, schema, rules).stream().flatMap(Optional::stream).toList();
    if (given.size() > 1) {
      throw ApiException.invalid(
          fields.name("response_format"),
          "conflicting_parameters",
          "'response_format', 'json_schema' and 'grammar' exclude each other.");
    }
    return given.stream().findFirst();
  }

  /** Reads a format of chat completions, or of Responses, where it is not nested. */
  static Optional<Grammar> format(Fields format) {
    String type = format.requiredString("type");
    return switch (type) {
      case "text" -> Optional.empty();
      case "json_object" ->
          Optional.of(
              Grammar.jsonSchema(
                  format
                      .value("schema")
                      .map(value -> schema(value, format, "schema"))
                      .orElse(ANY_OBJECT)));
      case "json_schema" -> {
        Fields holder = format.object("json_schema").orElse(format);
        JsonNode schema = holder.value("schema").orElseThrow(() -> holder.missing("schema"));
        yield Optional.of(Grammar.jsonSchema(schema(schema, holder, "schema")));
      }
      default -> throw format.invalid("type", "must be text, json_object or json_schema");
    };
  }

  private static String schema(JsonNode value, Fields fields, String field) {
    if (!value.isObject() && !value.isBoolean()) {
      throw Fields.wrongType(fields.name(field), "a JSON Schema", value);
    }
    return Json.text(value);
  }
}
