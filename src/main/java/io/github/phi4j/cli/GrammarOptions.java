package io.github.phi4j.cli;

import io.github.phi4j.api.Grammar;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the answer must be. */
final class GrammarOptions {

  @Option(
      names = "--grammar",
      paramLabel = "GBNF",
      description =
          "Grammar that the answer must follow, in llama.cpp's notation: 'root ::= \"yes\" |"
              + " \"no\"'.")
  private String text;

  @Option(
      names = "--grammar-file",
      paramLabel = "FILE",
      description = "File that holds the grammar, in UTF-8; - is standard input.")
  private String file;

  Optional<Grammar> grammar(Environment environment) throws IOException {
    if (text != null && file != null) {
      throw new UsageException("there is more than one grammar: give --grammar or --grammar-file");
    }
    if (text == null && file == null) {
      return Optional.empty();
    }
    return Optional.of(Grammar.gbnf(file == null ? text : TextFile.read(file, environment.in())));
  }
}
