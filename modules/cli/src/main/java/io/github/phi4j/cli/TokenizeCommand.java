package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 tokenize}: converts text to token ids, for comparing tokenizers. */
@Command(
    name = "tokenize",
    description = "Converts text to token ids. Text never becomes a special token.",
    footer = {
      "",
      "With --jsonl, each line of standard input is a JSON string and results in one line of "
          + "output, a JSON array of ids. An unpaired surrogate, such as \"\\ud800\", counts as "
          + "U+FFFD."
    })
final class TokenizeCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text.")
  private String text;

  @Option(
      names = "--jsonl",
      description = "Read JSON strings from standard input, one per line; write JSON arrays.")
  private boolean jsonLines;

  @Mixin private ModelOption model;

  TokenizeCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (jsonLines == (text != null)) {
      throw new UsageException("give either a TEXT or --jsonl");
    }
    try (Generator generator =
        environment.models().load(model.file(environment), LoadOptions.defaults())) {
      Tokenizer tokenizer = generator.tokenizer();
      if (jsonLines) {
        tokenizeLines(tokenizer);
      } else {
        environment.out().println(join(tokenizer.encode(text), " "));
      }
    }
    return 0;
  }

  private void tokenizeLines(Tokenizer tokenizer) throws IOException {
    Json json = new Json();
    BufferedReader lines = TextFile.lines(environment.in());
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int[] ids = tokenizer.encode(json.string(line, ++number));
      environment.out().println("[" + join(ids, ",") + "]");
      environment.out().flush();
    }
  }

  private static String join(int[] ids, String separator) {
    return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(separator));
  }
}
