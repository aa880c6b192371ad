package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.phi4j.api.Embedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** {@code /v1/embeddings}. */
final class Embeddings implements Route {

  private static final int MAX_TEXTS = 2048;

  private final Serving serving;

  Embeddings(Serving serving) {
    this.serving = serving;
  }

  @Override
  public void answer(Exchange exchange) throws IOException {
    Fields fields = Fields.of(Json.parse(exchange.body()));
    String model = serving.model(fields);
    int length = serving.generator().info().embeddingLength();
    if (fields.integer("dimensions", 1, Integer.MAX_VALUE).orElse(length) != length) {
      throw ApiException.unsupported(
          fields.name("dimensions"), "'dimensions' can only be the model's own " + length + ".");
    }
    boolean base64 =
        switch (fields.string("encoding_format").orElse("float")) {
          case "float" -> false;
          case "base64" -> true;
          default -> throw fields.invalid("encoding_format", "must be float or base64");
        };
    List<String> texts = texts(fields);
    serving.write(
        exchange,
        LiveAnswer.Format.DOCUMENT,
        answer -> {
          ObjectNode node = Json.object().put("object", "list");
          ArrayNode data = node.putArray("data");
          int tokens = 0;
          for (Embedding each : serving.generator().embed(texts)) {
            float[] vector = each.vector();
            tokens += each.tokens();
            ObjectNode entry =
                data.addObject().put("object", "embedding").put("index", data.size() - 1);
            entry.set("embedding", base64 ? TextNode.valueOf(base64(vector)) : array(vector));
          }
          node.put("model", model);
          node.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
          answer.send(Json.text(node));
        });
  }

  /** A text, texts, token ids, or arrays of them. */
  private List<String> texts(Fields fields) {
    JsonNode input = fields.value("input").orElseThrow(() -> fields.missing("input"));
    List<String> texts = new ArrayList<>();
    if (input instanceof ArrayNode array && !array.isEmpty() && array.get(0).isNumber()) {
      texts.add(decoded(fields, array));
    } else if (input instanceof ArrayNode array) {
      for (JsonNode each : array) {
        texts.add(
            each instanceof ArrayNode ids
                ? decoded(fields, ids)
                : Fields.string(each, fields.name("input")));
      }
    } else {
      texts.addAll(fields.strings("input"));
    }
    if (texts.isEmpty() || texts.size() > MAX_TEXTS) {
      throw fields.invalid("input", "must have from 1 to " + MAX_TEXTS + " texts");
    }
    if (texts.contains("")) {
      throw fields.invalid("input", "must not have empty texts");
    }
    return texts;
  }

  private String decoded(Fields fields, ArrayNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber()
          || !id.canConvertToInt()
          || id.intValue() < 0
          || id.intValue() >= serving.tokenizer().vocabularySize()) {
        throw fields.invalid(
            "input", "must hold ids from 0 to " + (serving.tokenizer().vocabularySize() - 1));
      }
      ids[i] = id.intValue();
    }
    return serving.tokenizer().decode(ids);
  }

  private static ArrayNode array(float[] vector) {
    ArrayNode array = Json.array();
    for (float each : vector) {
      array.add(each);
    }
    return array;
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float each : vector) {
      bytes.putFloat(each);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
