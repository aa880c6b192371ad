package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.GrammarMatcher;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 grammar}: checks grammars, JSON Schemas and texts, and measures mask times. */
@Command(
    name = "grammar",
    description =
        "Checks a grammar or JSON Schema and prints a sample, or tests texts against " + "many.",
    footer = {
      "",
      "With --jsonl, each line of standard input is {\"schema\": {…}} or {\"grammar\": \"…\"}, with"
          + " \"texts\": [\"…\"], and results in one line of output: {\"accepted\": [true, false],"
          + " \"tokens\": [12, 3], \"compile_us\": …, \"mask_us\": {\"mean\": …, \"p99\": …,"
          + " \"max\": …}}, or {\"refused\": \"…\", \"pointer\": \"…\"}. A text is accepted if "
          + "each of its tokens is allowed and the text may end after the last."
          + " \"tokens\" is the number of allowed tokens. Times are processor times of this thread."
    })
final class GrammarCommand implements Callable<Integer> {

  private static final int SAMPLE_TOKENS = 300;

  private final Environment environment;
  private final Json json = new Json();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "GBNF grammar or JSON Schema; a file that begins with { is a schema.")
  private String file;

  @Option(
      names = "--jsonl",
      description = "Test texts: read cases from standard input, one per " + "line.")
  private boolean jsonLines;

  @Option(
      names = "--times",
      description = "With --jsonl, list the time of each mask, too: \"mask_us\": {\"times\": […]}.")
  private boolean listTimes;

  @Mixin private SchemaOptions schemas;
  @Mixin private ModelOption model;

  GrammarCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    if (jsonLines == (file != null)) {
      throw new UsageException("give either a FILE or --jsonl");
    }
    try (Generator generator =
        environment.models().load(model.file(environment), LoadOptions.defaults())) {
      if (jsonLines) {
        tryLines(generator);
      } else {
        sample(generator);
      }
    }
    return 0;
  }

  private void sample(Generator generator) throws IOException {
    String text = TextFile.read(file, environment.in());
    Grammar grammar =
        text.stripLeading().startsWith("{")
            ? Grammar.jsonSchema(text, schemas.options())
            : Grammar.gbnf(text);
    for (String unenforced : generator.matcher(grammar).unenforced()) {
      environment.err().println("not enforced: " + unenforced);
    }
    Completion sample =
        generator.generate(
            Prompt.raw("JSON:"),
            GenerationOptions.builder()
                .grammar(grammar)
                .maxTokens(SAMPLE_TOKENS)
                .sampling(Sampling.builder().temperature(1).seed(1).build())
                .build());
    String end = sample.finishReason() == FinishReason.STOP ? "" : "…";
    environment.out().println(sample.text() + end);
  }

  private void tryLines(Generator generator) throws IOException {
    generator.prepare(Grammar.jsonSchema("{}")); // exclude the shared preparation from the times
    BufferedReader lines = TextFile.lines(environment.in());
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode given = json.value(line, ++number, "an object with schema or grammar, and texts");
      if (given.has("schema") == given.has("grammar")) {
        throw new IOException("line " + number + ": give either schema or grammar");
      }
      environment.out().println(json.line(tried(generator, given)));
      environment.out().flush();
    }
  }

  private ObjectNode tried(Generator generator, JsonNode given) {
    ObjectNode result = json.object();
    GrammarMatcher matcher;
    try {
      long before = GrammarTimes.now();
      matcher =
          generator.matcher(
              given.has("schema")
                  ? Grammar.jsonSchema(given.get("schema").toString(), schemas.options())
                  : Grammar.gbnf(given.get("grammar").textValue()));
      result.put("compile_us", (GrammarTimes.now() - before) / 1000);
    } catch (GrammarException e) {
      result.put("refused", e.reason());
      e.pointer().ifPresent(pointer -> result.put("pointer", pointer));
      return result;
    } catch (IllegalArgumentException e) { // not a text
      return result.put("refused", e.getMessage());
    }
    ArrayNode accepted = result.putArray("accepted");
    ArrayNode tokens = result.putArray("tokens");
    GrammarTimes times = new GrammarTimes();
    for (JsonNode text : given.path("texts")) {
      int[] ids = generator.tokenizer().encode(text.asText());
      int taken = taken(matcher, ids, times);
      accepted.add(taken == ids.length && matcher.mayEnd());
      tokens.add(taken);
    }
    times.write(result.putObject("mask_us"), listTimes);
    if (!matcher.unenforced().isEmpty()) {
      matcher.unenforced().forEach(result.putArray("unenforced")::add);
    }
    return result;
  }

  /** Returns the number of tokens that the masks allow. */
  private static int taken(GrammarMatcher matcher, int[] ids, GrammarTimes times) {
    matcher.reset();
    for (int i = 0; i < ids.length; i++) {
      long before = GrammarTimes.now();
      long[] allowed = matcher.allowed();
      times.add(GrammarTimes.now() - before);
      if ((allowed[ids[i] >> 6] & 1L << ids[i]) == 0) {
        return i;
      }
      matcher.accept(ids[i]);
    }
    return ids.length;
  }
}
