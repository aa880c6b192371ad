package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Routes about the server and its model: names, health, properties and tokens. */
final class ModelRoutes {

  private static final String MODELS = "/v1/models/";

  private final Serving serving;
  private final long created = Answers.now();

  ModelRoutes(Serving serving) {
    this.serving = serving;
  }

  void addTo(Route.Table routes) {
    routes
        .open("/health", this::health)
        .open("/v1/health", this::health)
        .get("/v1/models", this::models)
        .get("/models", this::models)
        .get(MODELS, this::model)
        .get("/props", this::props)
        .post("/tokenize", this::tokenize)
        .post("/detokenize", this::detokenize);
  }

  private void health(Exchange exchange) throws IOException {
    if (serving.load().draining()) {
      throw ApiException.overloaded("The server is shutting down.");
    }
    exchange.json(200, Json.object().put("status", "ok"));
  }

  private void models(Exchange exchange) throws IOException {
    ObjectNode node = Json.object().put("object", "list");
    ArrayNode data = node.putArray("data");
    serving.settings().modelNames().forEach(name -> data.add(model(name)));
    exchange.json(200, node);
  }

  private void model(Exchange exchange) throws IOException {
    String asked = exchange.path().substring(MODELS.length());
    String name =
        serving
            .named(asked)
            .orElseThrow(() ->
                new ApiException(
                    404,
                    "invalid_request_error",
                    "model",
                    "model_not_found",
                    "The model '" + asked + "' does not exist."));
    exchange.json(200, model(name));
  }

  private ObjectNode model(String name) {
    ModelInfo info = serving.generator().info();
    ObjectNode node =
        Json.object()
            .put("id", name)
            .put("object", "model")
            .put("created", created)
            .put("owned_by", "phi4j");
    node.putObject("meta")
        .put("n_vocab", info.vocabularySize())
        .put("n_ctx_train", info.trainedContextLength())
        .put("n_embd", info.embeddingLength())
        .put("n_params", info.parameterCount())
        .put("size", info.weightBytes());
    return node;
  }

  private void props(Exchange exchange) throws IOException {
    ModelInfo info = serving.generator().info();
    Settings settings = serving.settings();
    ObjectNode node = Json.object();
    ObjectNode generation = node.putObject("default_generation_settings");
    generation.put("n_ctx", serving.generator().contextLength());
    generation.set("params", parameters(settings));
    node.put("total_slots", serving.generator().maxSequences())
        .put("model_alias", settings.modelName())
        .put("model_name", info.name())
        .put("quantization", info.quantization())
        .put("reasoning", reasons(info))
        .put("chat_format", info.chatFormat().map(ModelRoutes::name).orElse(null))
        .put("vocabulary_size", info.vocabularySize())
        .put("build_info", "phi4j");
    node.putObject("modalities").put("vision", false).put("audio", false);
    exchange.json(200, node);
  }

  private static boolean reasons(ModelInfo info) {
    return info.chatFormat()
        .filter(format ->
            format == ChatFormat.PHI4_REASONING || format == ChatFormat.PHI4_MINI_REASONING)
        .isPresent();
  }

  /** Returns the name of a chat format, as on the command line. */
  private static String name(ChatFormat format) {
    return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static ObjectNode parameters(Settings settings) {
    Sampling sampling = settings.defaults().sampling();
    int maxTokens = settings.defaults().maxTokens();
    return Json.object()
        .put("temperature", sampling.temperature())
        .put("top_k", sampling.topK())
        .put("top_p", sampling.topP())
        .put("min_p", sampling.minP())
        .put("typical_p", sampling.typicalP())
        .put("repeat_penalty", sampling.repeatPenalty())
        .put("presence_penalty", sampling.presencePenalty())
        .put("frequency_penalty", sampling.frequencyPenalty())
        .put("n_predict", maxTokens == Integer.MAX_VALUE ? -1 : maxTokens);
  }

  private void tokenize(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    Tokenizer tokenizer = serving.tokenizer();
    fields.refuse("add_special", "is not supported: no tokens are added");
    fields.refuse("parse_special", "is not supported: text never becomes special tokens");
    boolean pieces = fields.flag("with_pieces", false);
    ArrayNode tokens = Json.array();
    for (int id : tokenizer.encode(fields.requiredString("content"))) {
      if (pieces) {
        tokens.addObject().put("id", id).set("piece", piece(tokenizer, id));
      } else {
        tokens.add(id);
      }
    }
    exchange.json(200, Json.object().set("tokens", tokens));
  }

  /** Returns the text of a token, or its bytes if they are part of a character. */
  private static JsonNode piece(Tokenizer tokenizer, int id) {
    byte[] bytes = tokenizer.bytes(id);
    String text = tokenizer.text(id);
    if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
      return TextNode.valueOf(text);
    }
    ArrayNode array = Json.array();
    for (byte each : bytes) {
      array.add(each & 0xFF);
    }
    return array;
  }

  private void detokenize(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    ArrayNode array = fields.array("tokens").orElseThrow(() -> fields.missing("tokens"));
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber()
          || !id.canConvertToInt()
          || id.intValue() < 0
          || id.intValue() >= serving.tokenizer().vocabularySize()) {
        throw fields.invalid(
            "tokens", "must hold ids from 0 to " + (serving.tokenizer().vocabularySize() - 1));
      }
      ids[i] = id.intValue();
    }
    exchange.json(200, Json.object().put("content", serving.tokenizer().decode(ids)));
  }
}
