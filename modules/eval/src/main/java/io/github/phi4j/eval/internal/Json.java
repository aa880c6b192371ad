package io.github.phi4j.eval.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads and writes JSON and YAML. */
public final class Json {

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature())
          .build();
  private static final YAMLMapper YAML = new YAMLMapper();

  private Json() {}

  /** Returns an empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Converts maps, lists and plain values to a tree. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Converts a tree to maps, lists and plain values. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> map(JsonNode object) {
    return MAPPER.convertValue(object, LinkedHashMap.class);
  }

  /** Reads a value. */
  public static JsonNode read(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  /** The number of hexadecimal digits in {@link #hash}. */
  private static final int HASH_DIGITS = 16;

  /** Returns a hash of a value's text. */
  public static String hash(JsonNode value) {
    try {
      byte[] bytes = line(value).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
      return java.util.HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the mapper, for streams. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Reads a file, as YAML or JSON by its suffix. */
  public static JsonNode read(Path file) {
    try {
      String name = file.getFileName().toString();
      boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
      return parse(Files.readString(file), yaml, file.toString());
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e, e);
    }
  }

  /** Parses a text from a named source. A byte order mark before it is skipped. */
  public static JsonNode parse(String text, boolean yaml, String place) {
    try {
      String content = text.startsWith("\ufeff") ? text.substring(1) : text;
      if (yaml) {
        refuseAliases(content, place);
      }
      JsonNode node = yaml ? YAML.readTree(content) : MAPPER.readTree(content);
      if (node == null || node.isMissingNode()) {
        throw new IllegalArgumentException(place + ": the file is empty");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s, line %d, column %d: %s",
              place,
              e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
              e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
              e.getOriginalMessage()),
          e);
    }
  }

  /** Refuses aliases: in a tree, an alias would become its name as text. */
  private static void refuseAliases(String text, String place) throws JsonProcessingException {
    try (YAMLParser parser = YAML.getFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw new IllegalArgumentException(
              place
                  + ", line "
                  + parser.currentTokenLocation().getLineNr()
                  + ": found the alias *"
                  + parser.getText()
                  + "; expected the value itself, written out");
        }
      }
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the value on one line. */
  public static String line(JsonNode value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the value, indented, with newlines on any system. */
  public static String pretty(JsonNode value) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    try {
      return MAPPER
              .writer(new DefaultPrettyPrinter().withObjectIndenter(indenter))
              .writeValueAsString(value)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
