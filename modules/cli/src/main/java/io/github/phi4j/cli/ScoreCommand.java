package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.TokenLogProb;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 score}: prints the log-probability of each token of a text. */
@Command(
    name = "score",
    description = "Prints the log-probability of each token of a text, given those before it.",
    footer = {
      "",
      "Each line has a token's id, the natural logarithm of its probability, and its text; the last"
          + " line has the sum and the perplexity. The first token has no"
          + " probability."
    })
final class ScoreCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text.")
  private String text;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "UTF-8 file with the text; - is standard input. One trailing newline is ignored.")
  private String file;

  @Option(names = "--json", description = "Print one JSON object: logprobs, logprob, perplexity.")
  private boolean json;

  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  ScoreCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if ((text == null) == (file == null)) {
      throw new UsageException("give either a TEXT or -f FILE");
    }
    var loadOptions = compute.loadOptions().build();
    var modelFile = model.file(environment);
    String scored = file == null ? text : TextFile.read(file, environment.in());
    try (Generator generator = environment.models().load(modelFile, loadOptions)) {
      List<TokenLogProb> scores = generator.score(Prompt.raw(scored));
      if (json) {
        printJson(generator, scores);
      } else {
        printLines(generator, scores);
      }
    }
    return 0;
  }

  private void printLines(Generator generator, List<TokenLogProb> scores) {
    Output out = environment.out();
    for (TokenLogProb score : scores) {
      String token = Printable.of(generator.tokenizer().text(score.id()));
      out.printf("%d\t%.6f\t%s\n", score.id(), score.logProb(), token);
    }
    out.printf("total\t%.6f\tperplexity %.4f\n", sum(scores), perplexity(scores));
  }

  private void printJson(Generator generator, List<TokenLogProb> scores) {
    ObjectNode node = new Json().object();
    node.put("model", generator.info().name());
    LogProbsJson entries = new LogProbsJson(generator.tokenizer());
    ArrayNode array = node.putArray("logprobs");
    scores.forEach(score -> entries.add(score, array));
    node.put("logprob", sum(scores));
    node.put("perplexity", perplexity(scores));
    environment.out().println(new Json().line(node));
  }

  private static double sum(List<TokenLogProb> scores) {
    return scores.stream().mapToDouble(TokenLogProb::logProb).sum();
  }

  private static double perplexity(List<TokenLogProb> scores) {
    return Math.exp(-sum(scores) / scores.size());
  }
}
