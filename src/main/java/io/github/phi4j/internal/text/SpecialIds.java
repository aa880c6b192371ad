package io.github.phi4j.internal.text;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.internal.gguf.GgufMetadata;
import io.github.phi4j.internal.gguf.GgufValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The special ids of a file, with known faults of Phi-4 files corrected. */
final class SpecialIds {

  private static final String PREFIX = "tokenizer.ggml.";
  private static final String SUFFIX = "_token_id";
  private static final String EOS = PREFIX + "eos" + SUFFIX;
  private static final String EOT = PREFIX + "eot" + SUFFIX;
  private static final String EOM = PREFIX + "eom" + SUFFIX;
  private static final String BOS = PREFIX + "bos" + SUFFIX;
  private static final String PADDING = PREFIX + "padding" + SUFFIX;
  private static final String ADD_BOS = PREFIX + "add_bos_token";
  private static final String ADD_EOS = PREFIX + "add_eos_token";
  private static final List<String> STOP_TEXTS =
      List.of(ChatRenderer.IM_END, ChatRenderer.END, "<|endoftext|>");

  private final GgufMetadata metadata;
  private final Vocabulary vocabulary;
  private final Consumer<String> findings;
  private final NavigableSet<Integer> stops = new TreeSet<>();
  private final OptionalInt bos;

  private SpecialIds(
      GgufMetadata metadata,
      Vocabulary vocabulary,
      Optional<ChatFormat> format,
      Consumer<String> findings) {
    this.metadata = metadata;
    this.vocabulary = vocabulary;
    this.findings = findings;
    reportOutOfRange();
    collectStops(format);
    bos = readBos();
    if (metadata.bool(ADD_EOS).orElse(false)) {
      findings.accept(
          key(ADD_EOS)
              + " is true: not followed, for the model is to go on after a prompt and no Phi-4 was"
              + " trained so");
    }
  }

  static SpecialIds read(
      GgufMetadata metadata,
      Vocabulary vocabulary,
      Optional<ChatFormat> format,
      Consumer<String> findings) {
    return new SpecialIds(metadata, vocabulary, format, findings);
  }

  /** The ids that end the model's turn, sorted. */
  int[] stops() {
    return stops.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The beginning-of-sequence id that the file requires before each prompt. */
  OptionalInt bos() {
    return bos;
  }

  private void reportOutOfRange() {
    for (Map.Entry<String, GgufValue> entry : metadata.values().entrySet()) {
      String key = entry.getKey();
      if (key.startsWith(PREFIX)
          && key.endsWith(SUFFIX)
          && entry.getValue() instanceof GgufValue.Int id
          && (id.value() < 0 || id.value() >= vocabulary.size())) {
        findings.accept(
            key(key)
                + " is "
                + id.value()
                + ", outside of the vocabulary of "
                + vocabulary.size()
                + ": ignored");
      }
    }
  }

  /** The special token that a key names, if any. */
  private OptionalInt id(String key) {
    long id = metadata.integer(key).orElse(-1);
    return id >= 0 && id < vocabulary.size() ? OptionalInt.of((int) id) : OptionalInt.empty();
  }

  private void collectStops(Optional<ChatFormat> format) {
    Map<Integer, String> named = new LinkedHashMap<>();
    for (String key : List.of(EOS, EOT, EOM)) {
      OptionalInt id = id(key);
      if (id.isPresent() && !vocabulary.mayEndTurn(id.getAsInt())) {
        findings.accept(
            key(key) + " is " + shown(id.getAsInt()) + ", which is no special token: ignored");
      } else if (id.isPresent()) {
        named.putIfAbsent(id.getAsInt(), key);
      }
    }
    stops.addAll(named.keySet());
    STOP_TEXTS.forEach(text -> vocabulary.special(text).ifPresent(stops::add));
    if (stops.isEmpty()) {
      findings.accept(
          key(EOS)
              + " names no special token and the vocabulary has none of "
              + String.join(" ", STOP_TEXTS)
              + ": only limits and stop strings end a generation");
    } else if (named.isEmpty()) {
      findings.accept(
          key(EOS)
              + " names no special token: a turn ends at "
              + shownStops()
              + ", by their texts");
    } else {
      endOfTurn(format)
          .ifPresent(end -> {
            if (!named.containsKey(end)) {
              int first = named.keySet().iterator().next();
              findings.accept(
                  key(named.get(first))
                      + " is "
                      + shown(first)
                      + ", which does not end the model's turns: they end at "
                      + shownStops());
            }
          });
    }
    if (metadata.values().get(PADDING) instanceof GgufValue.Int padding
        && padding.value() == (int) padding.value()
        && stops.contains((int) padding.value())) {
      findings.accept(
          key(PADDING)
              + " is "
              + shown((int) padding.value())
              + ", which also ends turns: it is only taken for that");
    }
  }

  private Optional<Integer> endOfTurn(Optional<ChatFormat> format) {
    List<String> texts =
        format
            .map(known -> List.of(ChatRenderer.endOfTurn(known)))
            .orElse(List.of(ChatRenderer.IM_END, ChatRenderer.END));
    return texts.stream()
        .map(vocabulary::special)
        .filter(OptionalInt::isPresent)
        .map(OptionalInt::getAsInt)
        .findFirst();
  }

  private OptionalInt readBos() {
    if (!metadata.bool(ADD_BOS).orElse(false)) {
      return OptionalInt.empty();
    }
    OptionalInt id = id(BOS);
    findings.accept(
        key(ADD_BOS)
            + " is true: "
            + (id.isPresent()
                ? shown(id.getAsInt()) + " is put before prompts, though no Phi-4 was trained so"
                : "not followed, for " + BOS + " names no token"));
    return id;
  }

  private String shownStops() {
    return String.join(" and ", stops.stream().map(this::shown).toList());
  }

  private String shown(int id) {
    return id + " (" + vocabulary.text(id) + ")";
  }

  private static String key(String key) {
    return "metadata key " + key;
  }
}
