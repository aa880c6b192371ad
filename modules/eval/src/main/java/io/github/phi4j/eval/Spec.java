package io.github.phi4j.eval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The contents of a task file. Missing fields have the defaults below. */
record Spec(
    String name,
    String version,
    String description,
    String metric,
    String data,
    List<String> columns,
    @JsonProperty("file_fields") String fileFields,
    Map<String, List<String>> aliases,
    String id,
    String group,
    Map<String, List<Integer>> between,
    String system,
    String prompt,
    boolean raw,
    @JsonProperty("texts_by") String textsBy,
    Map<String, Map<String, String>> texts,
    String key,
    @JsonProperty("key_after") String keyAfter,
    @JsonProperty("key_is") String keyIs,
    List<String> choices,
    boolean shuffle,
    String score,
    List<String> prefixes,
    @JsonProperty("max_tokens") Integer maxTokens,
    List<String> stop,
    boolean settle,
    boolean secret,
    String program,
    String needed,
    String judge,
    List<String> verdicts,
    List<Integer> scale,
    List<Integer> defects,
    Map<String, Double> paper,
    @JsonProperty("paper_setting") String paperSetting,
    @JsonProperty("data_help") String dataHelp) {

  Spec {
    Objects.requireNonNull(name, "'name' is missing");
    Objects.requireNonNull(score, "'score' is missing");
    Objects.requireNonNull(prompt, "'prompt' is missing");
    if (!name.matches("[A-Za-z0-9._+-]+")) {
      throw new IllegalArgumentException(
          "found the name '" + name + "'; expected letters, digits and . _ + -");
    }
    version = Objects.requireNonNullElse(version, "1");
    description = Objects.requireNonNullElse(description, "");
    metric = Objects.requireNonNullElse(metric, "acc");
    columns = Objects.requireNonNullElse(columns, List.of());
    fileFields = Objects.requireNonNullElse(fileFields, "");
    aliases = Objects.requireNonNullElse(aliases, Map.of());
    id = Objects.requireNonNullElse(id, "");
    group = Objects.requireNonNullElse(group, "");
    between = Objects.requireNonNullElse(between, Map.of());
    system = Objects.requireNonNullElse(system, "");
    textsBy = Objects.requireNonNullElse(textsBy, "");
    texts = Objects.requireNonNullElse(texts, Map.of());
    key = Objects.requireNonNullElse(key, "");
    keyAfter = Objects.requireNonNullElse(keyAfter, "");
    keyIs = Objects.requireNonNullElse(keyIs, choices == null ? "text" : "letter");
    choices = Objects.requireNonNullElse(choices, List.of());
    prefixes = Objects.requireNonNullElse(prefixes, List.of("Answer", "Final answer"));
    maxTokens = Objects.requireNonNullElse(maxTokens, 1024);
    stop = Objects.requireNonNullElse(stop, List.of());
    program = Objects.requireNonNullElse(program, "");
    needed = Objects.requireNonNullElse(needed, "");
    judge = Objects.requireNonNullElse(judge, "");
    verdicts = Objects.requireNonNullElse(verdicts, List.of());
    scale = Objects.requireNonNullElse(scale, List.of());
    defects = Objects.requireNonNullElse(defects, List.of());
    paper = Objects.requireNonNullElse(paper, Map.of());
    paperSetting = Objects.requireNonNullElse(paperSetting, "");
    dataHelp = Objects.requireNonNullElse(dataHelp, "");
  }
}
