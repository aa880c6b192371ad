package io.github.phi4j.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Reads JSON by lines or files, and writes it on one line or indented. */
final class Json {

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  ObjectNode object() {
    return mapper.createObjectNode();
  }

  /** Converts maps, lists and plain values to a tree. */
  JsonNode tree(Object value) {
    return mapper.valueToTree(value);
  }

  /** Returns the value on one line. */
  String line(JsonNode value) {
    return write(mapper.writer(), value);
  }

  /** Returns the value, indented. */
  String pretty(JsonNode value) {
    return write(mapper.writerWithDefaultPrettyPrinter(), value);
  }

  private static String write(ObjectWriter writer, JsonNode value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a file with one JSON value.
   *
   * @throws IOException if it cannot be read or is not JSON; the message has position and reason
   */
  JsonNode document(String file) throws IOException {
    String text = TextFile.read(file, InputStream.nullInputStream());
    try {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s, line %d, column %d: %s",
              file,
              e.getLocation().getLineNr(),
              e.getLocation().getColumnNr(),
              e.getOriginalMessage()),
          e);
    }
  }

  /**
   * Reads a line with a JSON string. Escaped unpaired surrogates are kept.
   *
   * @throws IOException if it is something else; the message quotes it
   */
  String string(String line, long number) throws IOException {
    JsonNode value = value(line, number, "a JSON string");
    if (!value.isTextual()) {
      throw unexpected(number, "a JSON string", line);
    }
    return value.textValue();
  }

  /**
   * Reads a line with a JSON array of token ids.
   *
   * @throws IOException if it is something else; the message quotes it
   */
  int[] ids(String line, long number) throws IOException {
    String expected = "a JSON array of token ids";
    JsonNode value = value(line, number, expected);
    if (!value.isArray()) {
      throw unexpected(number, expected, line);
    }
    int[] ids = new int[value.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = value.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw unexpected(number, expected, line);
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  JsonNode value(String line, long number, String expected) throws IOException {
    try {
      return mapper.readTree(line);
    } catch (JsonProcessingException e) {
      IOException unexpected = unexpected(number, expected, line);
      unexpected.initCause(e);
      throw unexpected;
    }
  }

  private static IOException unexpected(long number, String expected, String line) {
    String shown = line.length() > 60 ? line.substring(0, 60) + "…" : line;
    return new IOException(
        "standard input, line "
            + number
            + ": found "
            + (line.isBlank() ? "an empty line" : shown)
            + "; expected "
            + expected);
  }
}
