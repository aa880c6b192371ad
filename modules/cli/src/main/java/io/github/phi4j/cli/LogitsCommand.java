package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.api.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 logits}: writes the logits of given tokens, for comparing engines. */
@Command(
    name = "logits",
    description = "Writes the logits at every position of token sequences.",
    footer = {
      "",
      "With --jsonl, each line of standard input is a JSON array of token ids, one sequence. The "
          + "output file is created or truncated at the start; it contains the logits as 32-bit "
          + "little-endian floats, by sequence and position."
    })
final class LogitsCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(paramLabel = "ID", arity = "0..*", description = "The token ids of one sequence.")
  private int[] ids = {};

  @Option(
      names = "--jsonl",
      description = "Read JSON arrays of token ids from standard input, one per line.")
  private boolean jsonLines;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Output file for the logits.")
  private Path output;

  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  LogitsCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (jsonLines == (ids.length > 0)) {
      throw new UsageException("give either token ids or --jsonl");
    }
    Path file = model.file(environment);
    var loadOptions = compute.loadOptions().prefixCacheBytes(0).build();
    try (OutputStream out = open()) {
      try (Generator generator = environment.models().load(file, loadOptions);
          Session session = generator.newSession()) {
        LogitsSink sink = new FloatSink(output, out, generator.info().vocabularySize());
        if (jsonLines) {
          writeLines(session, sink);
        } else {
          session.feed(ids, sink);
        }
      }
    }
    return 0;
  }

  private OutputStream open() throws IOException {
    try {
      return Files.newOutputStream(output);
    } catch (IOException e) {
      throw FloatSink.failure(output, e);
    }
  }

  private void writeLines(Session session, LogitsSink sink) throws IOException {
    Json json = new Json();
    BufferedReader lines = TextFile.lines(environment.in());
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int[] sequence = json.ids(line, ++number);
      if (sequence.length > 0) {
        session.rewind(0);
        feed(session, sequence, sink, number);
      }
    }
  }

  private static void feed(Session session, int[] sequence, LogitsSink sink, long line)
      throws IOException {
    try {
      session.feed(sequence, sink);
    } catch (IllegalArgumentException e) {
      throw new IOException("standard input, line " + line + ": " + e.getMessage(), e);
    }
  }

  /** Writes logits as little-endian floats. */
  private static final class FloatSink implements LogitsSink {
    private final Path file;
    private final OutputStream out;
    private final ByteBuffer bytes;

    FloatSink(Path file, OutputStream out, int vocabularySize) {
      this.file = file;
      this.out = out;
      this.bytes = ByteBuffer.allocate(vocabularySize * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void accept(int position, float[] logits) {
      bytes.clear().asFloatBuffer().put(logits);
      try {
        out.write(bytes.array());
      } catch (IOException e) {
        throw new UncheckedIOException(failure(file, e));
      }
    }

    static IOException failure(Path file, IOException e) {
      return new IOException("cannot write " + file + ": " + Faults.reason(e), e);
    }
  }
}
