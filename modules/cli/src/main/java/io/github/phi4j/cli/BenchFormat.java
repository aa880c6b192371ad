package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** llama-bench's output formats; each result is printed as soon as it is available. */
enum BenchFormat {
  /** A Markdown table. */
  MD {
    private static final String ROW = "| %-30s | %10s | %10s | %-10s | %7s | %15s | %20s |";
    private static final String EFFICIENCY = " %10s |";

    @Override
    void begin(Output out, boolean scaling) {
      out.printf(ROW, "model", "size", "params", "backend", "threads", "test", "t/s");
      List<Integer> widths = new ArrayList<>(List.of(-30, 10, 10, -10, 7, 15, 20));
      if (scaling) {
        out.printf(EFFICIENCY, "efficiency");
        widths.add(10);
      }
      out.print("\n");
      out.println(
          widths.stream()
              .map(width -> " " + "-".repeat(Math.abs(width) - 1) + (width > 0 ? ":" : "-") + " ")
              .collect(Collectors.joining("|", "|", "|")));
    }

    @Override
    void result(Output out, BenchResult result, boolean first) {
      out.printf(
          ROW,
          result.modelType(),
          Quantities.bytes(result.model().weightBytes()),
          Quantities.parameters(result.model().parameterCount()),
          "CPU",
          result.threads(),
          result.test().label(),
          String.format(
              Locale.ROOT,
              "%.2f ± %.2f",
              result.tokensPerSecond(),
              result.tokensPerSecondDeviation()));
      if (result.efficiency().isPresent()) {
        out.printf(EFFICIENCY, Math.round(100 * result.efficiency().getAsDouble()) + " %");
      }
      out.print("\n");
    }

    @Override
    void end(Output out) {
      out.printf("\nbuild: phi4j %s, Java %s\n", Version.number(), Runtime.version());
    }
  },

  /** One JSON array of objects. */
  JSON {
    @Override
    void begin(Output out, boolean scaling) {
      out.print("[");
    }

    @Override
    void result(Output out, BenchResult result, boolean first) {
      Json json = new Json();
      out.print(
          (first ? "\n" : ",\n") + json.pretty(object(json, result)).indent(2).stripTrailing());
    }

    @Override
    void end(Output out) {
      out.print("\n]\n");
    }
  },

  /** One JSON object per line. */
  JSONL {
    @Override
    void begin(Output out, boolean scaling) {}

    @Override
    void result(Output out, BenchResult result, boolean first) {
      Json json = new Json();
      out.println(json.line(object(json, result)));
    }

    @Override
    void end(Output out) {}
  },

  /** Comma-separated values with a header. */
  CSV {
    @Override
    void begin(Output out, boolean scaling) {}

    @Override
    void result(Output out, BenchResult result, boolean first) {
      if (first) {
        out.println(String.join(",", result.fields().keySet()));
      }
      out.println(
          result.fields().values().stream()
              .map(value -> '"' + value.toString().replace("\"", "\"\"") + '"')
              .collect(Collectors.joining(",")));
    }

    @Override
    void end(Output out) {}
  };

  /**
   * Begins the output.
   *
   * @param scaling whether results have an efficiency
   */
  abstract void begin(Output out, boolean scaling);

  abstract void result(Output out, BenchResult result, boolean first);

  abstract void end(Output out);

  private static ObjectNode object(Json json, BenchResult result) {
    ObjectNode node = json.object();
    result.fields().forEach(node::putPOJO);
    ArrayNode nanos = node.putArray("samples_ns");
    result.samplesNanos().forEach(nanos::add);
    ArrayNode speeds = node.putArray("samples_ts");
    result.samplesTokensPerSecond().forEach(speeds::add);
    return node;
  }
}
