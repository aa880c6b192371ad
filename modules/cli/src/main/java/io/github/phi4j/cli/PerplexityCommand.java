package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** {@code phi4 perplexity}: measures how well a model predicts a text. */
@Command(
    name = "perplexity",
    defaultValueProvider = PerplexityCommand.Defaults.class,
    description = "Measures how well a model predicts a text, by llama.cpp's definition.",
    footer = {
      "",
      "The text is split into chunks of -c tokens; the second half of each chunk is scored. "
          + "Prints the value after each chunk, and the final one with its standard error."
    })
final class PerplexityCommand implements Callable<Integer> {

  /** llama.cpp's context length; a chunk of the model's trained length would need a long text. */
  static final class Defaults implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option && option.longestName().equals("--ctx-size")
          ? "512"
          : null;
    }
  }

  private final Environment environment;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description =
          "UTF-8 file with the text; - is standard input. One trailing newline is ignored.")
  private String file;

  @Option(
      names = "--chunks",
      paramLabel = "N",
      description = "Maximum number of chunks to score; -1 is all. Default: -1.")
  private int chunks = -1;

  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  PerplexityCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (chunks < -1 || chunks == 0) {
      throw new UsageException("--chunks must be -1 or at least 1, not " + chunks);
    }
    int contextLength = compute.contextLength();
    if (contextLength != 0 && contextLength < Perplexity.MIN_CHUNK_LENGTH) {
      throw new UsageException(
          "-c must be at least " + Perplexity.MIN_CHUNK_LENGTH + ", not " + contextLength);
    }
    var loadOptions = compute.loadOptions().prefixCacheBytes(0).build();
    Path modelFile = model.file(environment);
    String text = TextFile.read(file, environment.in());
    try (Generator generator = environment.models().load(modelFile, loadOptions);
        Session session = generator.newSession()) {
      Tokenizer tokenizer = generator.tokenizer();
      OptionalInt bos = Arrays.stream(tokenizer.encode(Prompt.raw(""))).findFirst();
      measure(session, tokenizer.encode(Prompt.raw(text)), bos);
    }
    return 0;
  }

  private void measure(Session session, int[] tokens, OptionalInt bos) throws IOException {
    int length = session.contextLength();
    if (tokens.length < 2L * length) {
      throw new IOException(
          (file.equals("-") ? "standard input" : file)
              + ": found "
              + tokens.length
              + " tokens; expected at least two contexts of "
              + length
              + " tokens: give a longer text or a smaller -c");
    }
    int available = tokens.length / length;
    int count = chunks == -1 ? available : Math.min(chunks, available);
    Perplexity perplexity = new Perplexity(session, length);
    Output out = environment.out();
    for (int i = 0; i < count; i++) {
      int[] chunk = Arrays.copyOfRange(tokens, i * length, (i + 1) * length);
      perplexity.add(chunk, bos.orElse(chunk[0]));
      out.printf("[%d]%.4f,", i + 1, perplexity.value());
      out.flush();
    }
    out.printf("\nFinal estimate: PPL = %.4f +/- %.5f\n", perplexity.value(), perplexity.error());
  }
}
