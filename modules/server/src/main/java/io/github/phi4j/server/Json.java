package io.github.phi4j.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes JSON; requests have limits on depth and length. */
final class Json {

  /** The maximum nesting of a request, which is ample for schemas. */
  static final int MAX_DEPTH = 256;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              new JsonFactory()
                  .rebuild()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(400)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** Returns a value as compact text. */
  static String text(JsonNode value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the body of a request.
   *
   * @throws ApiException if it is not a JSON object
   */
  static ObjectNode parse(byte[] body) {
    if (body.length == 0) {
      throw ApiException.invalid(
          null, "invalid_json", "The request has no body; it needs a JSON object.");
    }
    JsonNode value;
    try {
      value = MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(
          null,
          "invalid_json",
          "The body is not valid JSON: "
              + e.getOriginalMessage()
              + (e.getLocation() == null
                  ? ""
                  : " (line "
                      + e.getLocation().getLineNr()
                      + ", column "
                      + e.getLocation().getColumnNr()
                      + ")"));
    } catch (IOException e) {
      throw ApiException.invalid(
          null, "invalid_json", "The body is not valid UTF-8: " + e.getMessage());
    }
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.invalid(
        null, "invalid_json", "The body must be a JSON object, not " + Fields.kind(value) + ".");
  }

  /** Returns an error object in OpenAI's format. */
  static ObjectNode error(ApiException fault) {
    ObjectNode node = object();
    node.putObject("error")
        .put("message", fault.getMessage())
        .put("type", fault.type())
        .put("param", fault.parameter())
        .put("code", fault.code());
    return node;
  }
}
