package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.KvCacheType;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.ModelInspection.Tensor;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.Printable;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes an inspection as text or JSON. */
final class InspectionReport {

  private static final int SHOWN_CHARACTERS = 100;
  private static final int SHOWN_ELEMENTS = 3;
  private static final int SHOWN_ELEMENT_CHARACTERS = 40;

  private final ModelInspection inspection;
  private final Optional<PackedFile> packed;
  private final int askedContextLength;

  /** Totals of all tensors of one type. */
  private record TypeTotal(String type, int count, long bytes) {}

  InspectionReport(ModelInspection inspection, Optional<PackedFile> packed, int contextLength) {
    this.inspection = inspection;
    this.packed = packed;
    this.askedContextLength = contextLength;
  }

  void print(Output out, boolean allTensors) {
    inspection.files().forEach(file -> out.println(file.toString()));
    out.printf(
        "GGUF version %d, %s\n",
        inspection.ggufVersion(), Quantities.bytes(inspection.fileBytes()));
    inspection
        .refusal()
        .ifPresent(why -> out.printf("\nphi4j cannot run this model: %s\n", Printable.of(why)));
    inspection.model().ifPresent(model -> printRows(out, "model", modelRows(model)));
    inspection.model().ifPresent(model -> printMemory(out, model));
    packed.ifPresent(file -> printRows(out, "packed weights", packedRows(file)));
    inspection.model().ifPresent(model -> printFindings(out, model.findings()));
    Map<String, String> metadata = new LinkedHashMap<>();
    inspection.metadata().forEach((key, value) -> metadata.put(key, shorten(text(value))));
    printRows(out, "metadata", metadata);
    printTypes(out);
    if (allTensors) {
      printTensors(out);
    }
  }

  private static Map<String, String> modelRows(ModelInfo model) {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("name", model.name());
    rows.put("architecture", model.architecture());
    rows.put("quantization", model.quantization());
    rows.put("parameters", Quantities.parameters(model.parameterCount()));
    rows.put("trained context", model.trainedContextLength() + " tokens");
    rows.put("blocks", Integer.toString(model.blockCount()));
    rows.put("embedding length", Integer.toString(model.embeddingLength()));
    rows.put("feed-forward length", Integer.toString(model.feedForwardLength()));
    rows.put(
        "heads",
        String.format(
            Locale.ROOT,
            "%d of length %d, %d for keys and values",
            model.headCount(),
            model.headLength(),
            model.headCountKv()));
    rows.put(
        "rope",
        String.format(
            Locale.ROOT,
            "%d dimensions, theta %s",
            model.ropeDimensionCount(),
            number(model.ropeTheta())));
    rows.put("vocabulary", model.vocabularySize() + " tokens");
    rows.put("chat format", model.chatFormat().map(PromptOptions::name).orElse("none"));
    return rows;
  }

  private void printMemory(Output out, ModelInfo model) {
    int length = contextLength(model);
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("weights, mapped", Quantities.bytes(model.weightBytes()));
    for (KvCacheType type : KvCacheType.values()) {
      long cache = model.kvCacheBytes(length, type);
      rows.put(
          "KV cache in " + type,
          Quantities.bytes(cache)
              + ", with the weights "
              + Quantities.bytes(cache + model.weightBytes()));
    }
    printRows(out, "memory for a context of " + length + " tokens", rows);
  }

  private static Map<String, String> packedRows(PackedFile file) {
    Map<String, String> rows = new LinkedHashMap<>();
    if (file.bytes() == 0) {
      rows.put("state", "no tensor has a packable type");
      return rows;
    }
    String size = Quantities.bytes(file.bytes());
    rows.put(
        "state",
        switch (file.state()) {
          case CURRENT -> "in use, " + size;
          case MISSING -> "none; 'phi4 pack' would create " + size;
          case UNUSABLE -> "not usable: " + file.fault().orElse("unknown");
        });
    rows.put("file", file.path().toString());
    return rows;
  }

  private int contextLength(ModelInfo model) {
    return askedContextLength == 0 ? model.trainedContextLength() : askedContextLength;
  }

  private static void printFindings(Output out, List<String> findings) {
    out.print("\nfindings\n");
    findings.forEach(finding -> out.printf("  %s\n", Printable.of(finding)));
    if (findings.isEmpty()) {
      out.print("  none\n");
    }
  }

  private static void printRows(Output out, String title, Map<String, String> rows) {
    int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    out.printf("\n%s\n", title);
    rows.forEach((name, value) ->
        out.printf(
            "  %s%s  %s\n",
            Printable.of(name), " ".repeat(width - name.length()), Printable.of(value)));
  }

  private void printTypes(Output out) {
    out.printf("\ntensors (%d)\n", inspection.tensors().size());
    for (TypeTotal total : typeTotals()) {
      out.printf(
          "  %-8s %6d  %12s\n", total.type(), total.count(), Quantities.bytes(total.bytes()));
    }
  }

  private void printTensors(Output out) {
    int width =
        inspection.tensors().stream().mapToInt(tensor -> tensor.name().length()).max().orElse(0);
    out.print("\n");
    for (Tensor tensor : inspection.tensors()) {
      out.printf(
          "  %s%s  %-8s %-18s %14d bytes at %d\n",
          Printable.of(tensor.name()),
          " ".repeat(width - tensor.name().length()),
          tensor.type(),
          shape(tensor),
          tensor.bytes(),
          tensor.offset());
    }
  }

  private static String shape(Tensor tensor) {
    return tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(" x "));
  }

  private List<TypeTotal> typeTotals() {
    return inspection.tensors().stream()
        .collect(Collectors.groupingBy(Tensor::type, LinkedHashMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(entry ->
            new TypeTotal(
                entry.getKey(),
                entry.getValue().size(),
                entry.getValue().stream().mapToLong(Tensor::bytes).sum()))
        .sorted(Comparator.comparingLong(TypeTotal::bytes).reversed())
        .toList();
  }

  private static String text(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Int(long number) -> Long.toString(number);
      case MetadataValue.Real(double number) -> Double.toString(number);
      case MetadataValue.Bool(boolean truth) -> Boolean.toString(truth);
      case MetadataValue.Text(String text) -> text;
      case MetadataValue.Array array -> array + " " + beginning(array);
    };
  }

  /** Returns the first elements of an array, each truncated. */
  private static String beginning(MetadataValue.Array array) {
    List<MetadataValue> elements = array.elements();
    String shown =
        elements.stream()
            .limit(SHOWN_ELEMENTS)
            .map(element ->
                element instanceof MetadataValue.Text(String text) ? quoted(text) : text(element))
            .collect(Collectors.joining(", "));
    return elements.size() > SHOWN_ELEMENTS ? shown + ", …" : shown;
  }

  private static String quoted(String text) {
    return text.codePointCount(0, text.length()) <= SHOWN_ELEMENT_CHARACTERS
        ? '"' + text + '"'
        : '"' + text.substring(0, text.offsetByCodePoints(0, SHOWN_ELEMENT_CHARACTERS)) + "…\"";
  }

  /** Returns a text on one line, truncated. */
  private static String shorten(String value) {
    String text = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    if (text.codePointCount(0, text.length()) <= SHOWN_CHARACTERS) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, SHOWN_CHARACTERS)) + "…";
  }

  private static String number(float value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Float.toString(value);
  }

  ObjectNode json(Json format) {
    ObjectNode node = format.object();
    ArrayNode files = node.putArray("files");
    inspection.files().stream().map(Path::toString).forEach(files::add);
    node.put("file_bytes", inspection.fileBytes());
    node.put("gguf_version", inspection.ggufVersion());
    node.put("runnable", inspection.model().isPresent());
    node.put("refusal", inspection.refusal().orElse(null));
    inspection
        .model()
        .ifPresentOrElse(
            model -> {
              describe(model, node.putObject("model"));
              describeMemory(model, node.putObject("memory"));
              packed.ifPresent(file -> describe(file, node.putObject("packed")));
              ArrayNode findings = node.putArray("findings");
              model.findings().forEach(findings::add);
            },
            () -> node.putNull("model"));
    ObjectNode metadata = node.putObject("metadata");
    inspection.metadata().forEach((key, value) -> describe(key, value, metadata));
    ArrayNode types = node.putArray("tensor_types");
    for (TypeTotal total : typeTotals()) {
      types
          .addObject()
          .put("type", total.type())
          .put("count", total.count())
          .put("bytes", total.bytes());
    }
    ArrayNode tensors = node.putArray("tensors");
    for (Tensor tensor : inspection.tensors()) {
      ObjectNode entry = tensors.addObject().put("name", tensor.name()).put("type", tensor.type());
      ArrayNode shape = entry.putArray("shape");
      tensor.shape().forEach(shape::add);
      entry.put("bytes", tensor.bytes()).put("offset", tensor.offset());
    }
    return node;
  }

  private static void describe(String key, MetadataValue value, ObjectNode node) {
    switch (value) {
      case MetadataValue.Int(long number) -> node.put(key, number);
      case MetadataValue.Real(double number) -> node.put(key, number);
      case MetadataValue.Bool(boolean truth) -> node.put(key, truth);
      case MetadataValue.Text _, MetadataValue.Array _ -> node.put(key, text(value));
    }
  }

  private static void describe(ModelInfo model, ObjectNode node) {
    node.put("name", model.name())
        .put("architecture", model.architecture())
        .put("quantization", model.quantization())
        .put("parameter_count", model.parameterCount())
        .put("weight_bytes", model.weightBytes())
        .put("trained_context_length", model.trainedContextLength())
        .put("embedding_length", model.embeddingLength())
        .put("feed_forward_length", model.feedForwardLength())
        .put("block_count", model.blockCount())
        .put("head_count", model.headCount())
        .put("head_count_kv", model.headCountKv())
        .put("head_length", model.headLength())
        .put("rope_dimension_count", model.ropeDimensionCount())
        .put("rope_theta", model.ropeTheta())
        .put("vocabulary_size", model.vocabularySize())
        .put("chat_format", model.chatFormat().map(PromptOptions::name).orElse(null));
  }

  private static void describe(PackedFile file, ObjectNode node) {
    node.put("state", file.state().name().toLowerCase(Locale.ROOT))
        .put("file", file.path().toString())
        .put("bytes", file.bytes())
        .put("fault", file.fault().orElse(null));
  }

  private void describeMemory(ModelInfo model, ObjectNode node) {
    int length = contextLength(model);
    node.put("context_length", length).put("weight_bytes", model.weightBytes());
    ObjectNode caches = node.putObject("kv_cache_bytes");
    for (KvCacheType type : KvCacheType.values()) {
      caches.put(type.name().toLowerCase(Locale.ROOT), model.kvCacheBytes(length, type));
    }
  }
}
