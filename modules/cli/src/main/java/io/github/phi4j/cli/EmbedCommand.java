package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.Generator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 embed}: embeds texts. */
@Command(
    name = "embed",
    description = "Embeds texts: pools the hidden states of their tokens after the final norm.",
    footer = {
      "",
      "Prints one JSON object per text: index, text, embedding. For normalized vectors, the "
          + "default, the dot product is the cosine similarity."
    })
final class EmbedCommand implements Callable<Integer> {

  private static final int TEXTS_AT_ONCE = 256;

  private final Environment environment;

  @Parameters(arity = "0..*", paramLabel = "TEXT", description = "The texts.")
  private List<String> texts = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "UTF-8 file with one text per line; - is standard input.")
  private String file;

  @Option(
      names = "--pooling",
      paramLabel = "KIND",
      description =
          "mean or last: the mean of all hidden states, or that of the last token. "
              + "Default: mean.")
  private String pooling = "mean";

  @Option(names = "--no-normalize", description = "Do not normalize the vectors.")
  private boolean unscaled;

  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  EmbedCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (texts.isEmpty() == (file == null)) {
      throw new UsageException("give either TEXTs or -f FILE");
    }
    EmbeddingOptions options = options();
    var loadOptions = compute.loadOptions().build();
    var modelFile = model.file(environment);
    List<String> embedded =
        file == null ? texts : TextFile.read(file, environment.in()).lines().toList();
    check(embedded);
    try (Generator generator = environment.models().load(modelFile, loadOptions)) {
      for (int from = 0; from < embedded.size(); from += TEXTS_AT_ONCE) {
        int end = Math.min(embedded.size(), from + TEXTS_AT_ONCE);
        print(from, embedded, generator.embed(embedded.subList(from, end), options));
      }
    }
    return 0;
  }

  private EmbeddingOptions options() {
    EmbeddingOptions.Builder options = EmbeddingOptions.builder().normalized(!unscaled);
    return switch (pooling.toLowerCase(Locale.ROOT)) {
      case "mean" -> options.pooling(EmbeddingOptions.Pooling.MEAN).build();
      case "last" -> options.pooling(EmbeddingOptions.Pooling.LAST).build();
      default -> throw new UsageException("--pooling is mean or last, not " + pooling);
    };
  }

  private void check(List<String> embedded) {
    int empty = embedded.indexOf("");
    if (empty >= 0) {
      throw new UsageException(
          (file == null ? "text " : file + ": line ")
              + (empty + 1)
              + " is empty and has no embedding; remove it");
    }
  }

  private void print(int index, List<String> embedded, List<Embedding> embeddings) {
    Json json = new Json();
    for (int i = 0; i < embeddings.size(); i++) {
      ObjectNode node = json.object();
      node.put("index", index + i);
      node.put("text", embedded.get(index + i));
      ArrayNode values = node.putArray("embedding");
      for (float value : embeddings.get(i).vector()) {
        values.add(value);
      }
      environment.out().println(json.line(node));
    }
    environment.out().flush();
  }
}
