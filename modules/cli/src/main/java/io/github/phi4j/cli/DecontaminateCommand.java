package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.eval.data.Contamination;
import io.github.phi4j.eval.data.Decontaminator;
import io.github.phi4j.eval.data.Records;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code phi4 decontaminate}: removes benchmark items from training texts. */
@Command(
    name = "decontaminate",
    description = "Drops from training texts the records that contain parts of benchmarks.",
    footer = {
      "",
      "A record is contaminated if it has 13 consecutive words of a benchmark item, a whole item "
          + "of 4 to 12 words, or a large share of 7-grams in common. OUT gets the clean "
          + "records, OUT.report.jsonl a line per contaminated or partly contaminated one: rule, "
          + "item and words.",
      "",
      "Example:",
      "  phi4 decontaminate --in texts.jsonl --against gsm8k=test.jsonl --out clean.jsonl"
    })
final class DecontaminateCommand implements Callable<Integer> {

  private static final int BATCH = 4096;

  private final Environment environment;

  @Option(
      names = "--in",
      paramLabel = "FILE",
      required = true,
      description = "The texts: .jsonl, .json, .csv, .tsv or .txt, also .gz.")
  private Path input;

  @Option(
      names = "--against",
      paramLabel = "NAME=FILE",
      required = true,
      description = "A benchmark's data. Repeatable.")
  private Map<String, Path> benchmarks;

  @Option(
      names = "--field",
      paramLabel = "NAME",
      description = "A field of the texts to check. Repeatable. Default: all text fields.")
  private List<String> fields = List.of();

  @Option(
      names = "--item-field",
      paramLabel = "NAME",
      description =
          "A field of the benchmarks to look for, each separately. Repeatable. Default: all"
              + " texts.")
  private List<String> itemFields = List.of();

  @Option(
      names = "--allowed",
      paramLabel = "FILE",
      description = "Texts, one per line, whose 13-grams are ignored.")
  private Path allowed;

  @Option(
      names = "--contaminated",
      paramLabel = "R",
      description = "Share of 7-grams from which a record counts as contaminated. Default: 0.6.")
  private double contaminated = 0.6;

  @Option(
      names = "--info",
      paramLabel = "R",
      description = "Share of 7-grams above which a record is reported. Default: 0.3.")
  private double info = 0.3;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Output file for clean records, as JSON lines.")
  private Path out;

  private record Entry(Map<String, Object> fields, long line) {}

  DecontaminateCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    Decontaminator decontaminator = index();
    Map<Contamination.Verdict, Long> counts = new EnumMap<>(Contamination.Verdict.class);
    Path report = out.resolveSibling(out.getFileName() + ".report.jsonl");
    Path part = out.resolveSibling(out.getFileName() + ".part");
    try (BufferedWriter clean = Files.newBufferedWriter(part);
        BufferedWriter found = Files.newBufferedWriter(report)) {
      List<Entry> batch = new ArrayList<>();
      Records.forEach(
          input,
          List.of(),
          (fieldsOfRecord, line) -> {
            batch.add(new Entry(fieldsOfRecord, line));
            if (batch.size() == BATCH) {
              write(batch, decontaminator, clean, found, counts);
            }
          });
      write(batch, decontaminator, clean, found, counts);
    }
    Files.move(part, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    environment
        .out()
        .printf(
            "%d clean, %d partly contaminated, %d contaminated and dropped; see %s\n",
            counts.getOrDefault(Contamination.Verdict.CLEAN, 0L),
            counts.getOrDefault(Contamination.Verdict.PARTIAL, 0L),
            counts.getOrDefault(Contamination.Verdict.CONTAMINATED, 0L),
            report);
    return 0;
  }

  private Decontaminator index() throws IOException {
    Decontaminator.Builder builder = Decontaminator.builder();
    try {
      builder.thresholds(contaminated, info);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    benchmarks.forEach((name, file) ->
        Records.read(file, List.of())
            .forEach(item -> {
              item.remove("file");
              texts(item, itemFields).forEach(text -> builder.item(name, text));
            }));
    if (allowed != null) {
      TextFile.lines(allowed).forEach(builder::allow);
    }
    return builder.build();
  }

  private static List<String> texts(Map<String, Object> entry, List<String> names) {
    return entry.entrySet().stream()
        .filter(field -> names.isEmpty() || names.contains(field.getKey()))
        .filter(field -> field.getValue() instanceof String)
        .map(field -> (String) field.getValue())
        .toList();
  }

  /** Checks a batch on all processors and writes it in order. */
  private void write(
      List<Entry> batch,
      Decontaminator decontaminator,
      BufferedWriter clean,
      BufferedWriter found,
      Map<Contamination.Verdict, Long> counts) {
    List<Contamination> checked =
        batch.parallelStream()
            .map(entry ->
                decontaminator.check(
                    texts(entry.fields(), fields).stream().collect(Collectors.joining("\n"))))
            .toList();
    Json json = new Json();
    IntStream.range(0, batch.size())
        .forEach(i -> {
          Contamination contamination = checked.get(i);
          counts.merge(contamination.verdict(), 1L, Long::sum);
          try {
            if (contamination.verdict() != Contamination.Verdict.CONTAMINATED) {
              clean.write(json.line(json.tree(batch.get(i).fields())) + "\n");
            }
            if (contamination.verdict() != Contamination.Verdict.CLEAN) {
              ObjectNode node = json.object().put("line", batch.get(i).line());
              node.put("verdict", contamination.verdict().name());
              node.put("rule", contamination.rule().name());
              node.put("benchmark", contamination.benchmark());
              node.put("item", contamination.item());
              node.put("ratio", contamination.ratio());
              node.put("evidence", contamination.evidence());
              found.write(json.line(node) + "\n");
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    batch.clear();
  }
}
