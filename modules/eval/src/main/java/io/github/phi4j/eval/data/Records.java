package io.github.phi4j.eval.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.github.phi4j.eval.internal.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Reads data sets: {@code .jsonl}, {@code .json} (an array), {@code .csv}, {@code .tsv} and {@code
 * .txt}, each also compressed ({@code .gz}), in UTF-8. Readers are strict: an invalid record is an
 * error that names the line.
 */
public final class Records {

  private static final List<String> SUFFIXES = List.of(".jsonl", ".json", ".csv", ".tsv", ".txt");

  private Records() {}

  /**
   * Reads a file, or all such files of a folder in order of name.
   *
   * @param path the file or folder
   * @param columns the column names, for tables without a header, and for texts, where a record has
   *     as many lines as there are names; empty if the file names its fields
   * @return the records; each has an additional field {@code file}, the file name without suffix,
   *     unless it exists already
   * @throws DataException if a record is invalid, or there is none
   * @throws UncheckedIOException if a file cannot be read
   */
  public static List<Map<String, Object>> read(Path path, List<String> columns) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (Path file : files(path)) {
      String stem = stem(file);
      forEach(
          file,
          columns,
          (record, _) -> {
            record.putIfAbsent("file", stem);
            records.add(record);
          });
    }
    if (records.isEmpty()) {
      throw new DataException(path + ": found no record; expected at least one");
    }
    return records;
  }

  /**
   * Reads one file record by record.
   *
   * @param file the file
   * @param columns as {@link #read}
   * @param consumer receives each record, a mutable map, with its line number from 1
   * @throws DataException if a record is invalid
   * @throws UncheckedIOException if the file cannot be read
   */
  public static void forEach(
      Path file, List<String> columns, BiConsumer<Map<String, Object>, Long> consumer) {
    try (BufferedReader reader = open(file)) {
      switch (suffix(file)) {
        case ".jsonl" -> jsonLines(file, reader, consumer);
        case ".json" -> json(file, reader, consumer);
        case ".csv" -> table(file, reader, ',', columns, consumer);
        case ".tsv" -> table(file, reader, '\t', columns, consumer);
        case ".txt" -> lines(file, reader, columns, consumer);
        default ->
            throw new DataException(
                file
                    + ": found an unknown kind of file; expected one of "
                    + SUFFIXES
                    + ", or one of these with .gz");
      }
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new DataException(file + ": found bytes that are not UTF-8; expected UTF-8", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(file -> SUFFIXES.contains(suffix(file))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String plainName(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  private static String suffix(Path file) {
    String name = plainName(file);
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }

  private static String stem(Path file) {
    String name = plainName(file);
    return name.substring(0, name.length() - suffix(file).length());
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    try {
      InputStream plain =
          file.toString().endsWith(".gz") ? new GZIPInputStream(bytes, 65536) : bytes;
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()), 65536);
      reader.mark(1);
      if (reader.read() != '\uFEFF') {
        reader.reset();
      }
      return reader;
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  private static void jsonLines(
      Path file, BufferedReader reader, BiConsumer<Map<String, Object>, Long> consumer)
      throws IOException {
    long number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        consumer.accept(object(file, number, Json.read(line)), number);
      } catch (JsonProcessingException e) {
        throw new DataException(
            file
                + ", line "
                + number
                + ": found '"
                + start(line)
                + "'; expected a JSON object: "
                + e.getOriginalMessage(),
            e);
      }
    }
  }

  private static void json(
      Path file, BufferedReader reader, BiConsumer<Map<String, Object>, Long> consumer)
      throws IOException {
    try {
      JsonNode root = Json.mapper().readTree(reader);
      if (root == null || !root.isArray()) {
        throw new DataException(file + ": found no JSON array; expected an array of objects");
      }
      long number = 0;
      for (JsonNode node : root) {
        number++;
        consumer.accept(object(file, number, node), number);
      }
    } catch (JsonProcessingException e) {
      throw new DataException(
          file + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Object> object(Path file, long number, JsonNode node) {
    if (!node.isObject()) {
      throw new DataException(
          file
              + ", record "
              + number
              + ": found '"
              + start(node.toString())
              + "'; expected a JSON object");
    }
    return Json.map(node);
  }

  private static void table(
      Path file,
      BufferedReader reader,
      char separator,
      List<String> columns,
      BiConsumer<Map<String, Object>, Long> consumer)
      throws IOException {
    CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(separator);
    // Tab-separated tables have no quoting: a quotation mark is literal.
    schema = separator == '\t' ? schema.withoutQuoteChar() : schema;
    ObjectReader rows =
        new CsvMapper()
            .readerForListOf(String.class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(schema);
    List<String> names = columns;
    long next = 1;
    try (MappingIterator<List<String>> iterator = rows.readValues(reader)) {
      while (iterator.hasNextValue()) {
        List<String> row = iterator.nextValue();
        long line = next;
        next = iterator.getCurrentLocation().getLineNr();
        if (row.size() == 1 && row.getFirst().isBlank()) {
          continue;
        }
        if (names.isEmpty()) {
          names = row;
          continue;
        }
        if (row.size() != names.size()) {
          throw new DataException(
              file
                  + ", line "
                  + line
                  + ": found "
                  + row.size()
                  + " columns; expected "
                  + names.size()
                  + ": "
                  + String.join(", ", names));
        }
        Map<String, Object> record = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
          record.put(names.get(i), row.get(i));
        }
        consumer.accept(record, line);
      }
    } catch (JsonProcessingException e) {
      throw new DataException(
          file + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  private static void lines(
      Path file,
      BufferedReader reader,
      List<String> columns,
      BiConsumer<Map<String, Object>, Long> consumer)
      throws IOException {
    List<String> names = columns.isEmpty() ? List.of("text") : columns;
    Map<String, Object> record = new LinkedHashMap<>();
    long number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      record.put(names.get(record.size()), line);
      if (record.size() == names.size()) {
        consumer.accept(record, number);
        record = new LinkedHashMap<>();
      }
    }
    if (!record.isEmpty() && record.values().stream().anyMatch(v -> !v.toString().isBlank())) {
      throw new DataException(
          file
              + ", line "
              + number
              + ": found the end of the file; expected "
              + names.get(Math.min(record.size(), names.size() - 1))
              + ", as a record is "
              + names.size()
              + " lines");
    }
  }

  private static String start(String line) {
    return line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }
}
