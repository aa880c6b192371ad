package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.Timings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 run}: one prompt, one answer. */
@Command(
    name = "run",
    description = "Answers one prompt. Standard output carries the answer alone.",
    footer = {
      "",
      "Tokens are chosen greedily unless --temp is above 0.",
      "Ctrl-C ends the answer; what was generated stays (exit code 130).",
      "",
      "Examples:",
      "  phi4 run \"What is 27 + 45?\"",
      "  phi4 run -m phi-4-Q4_K_M.gguf --temp 0.7 --top-p 0.95 -n 200 -f question.txt",
      "  phi4 run --raw --json \"Once upon a time\""
    })
final class RunCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "The prompt; - reads it.")
  private String argument;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "PROMPT",
      description = "The prompt, as an option.")
  private String option;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "File that holds the prompt, in UTF-8; - is standard input. One newline at its end is"
              + " not part of the prompt.")
  private String file;

  @Option(names = "--raw", description = "Continue the prompt as it stands: no chat format.")
  private boolean raw;

  @Option(names = "--json", description = "Print one JSON object: text, ids, finish_reason, …")
  private boolean json;

  @Mixin private PromptOptions conversation;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;
  @Mixin private AnswerOptions answer;
  @Mixin private ToolOptions tools;
  @Mixin private SamplingOptions sampling;

  RunCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    LoadOptions loadOptions = conversation.apply(compute.loadOptions());
    GenerationOptions.Builder chosen = answer.builder(sampling.sampling(), environment);
    tools.apply(chosen, json);
    GenerationOptions options = AnswerOptions.build(chosen);
    Prompt prompt = prompt();
    sampling.remark().ifPresent(environment::note);
    try (Generator generator = environment.models().load(model.file(environment), loadOptions);
        Session session = generator.newSession();
        Interrupt interrupt = new Interrupt(session::cancel)) {
      Completion completion =
          json
              ? session.generate(prompt, options, text -> !interrupt.requested())
              : stream(session, prompt, options, interrupt);
      if (json) {
        environment.out().println(new Json().line(describe(generator, completion)));
        environment.out().flush();
      }
      return completion.finishReason() == FinishReason.CANCELLED ? Interrupt.EXIT_CODE : 0;
    }
  }

  private Completion stream(
      Session session, Prompt prompt, GenerationOptions options, Interrupt interrupt) {
    AnswerSink sink = new AnswerSink(environment.out(), interrupt::requested);
    Completion completion = session.generate(prompt, options, sink);
    sink.finish();
    return completion;
  }

  private Prompt prompt() throws IOException {
    List<String> given = Stream.of(argument, option, file).filter(Objects::nonNull).toList();
    if (given.size() != 1) {
      throw new UsageException(
          given.isEmpty()
              ? "there is no prompt: give it as an argument, with -p, or with -f FILE"
              : "there is more than one prompt: give one of PROMPT, -p and -f");
    }
    if (raw && conversation.hasSystem()) {
      throw new UsageException("--raw has no chat format, so it takes no --system");
    }
    String source = "-".equals(argument) ? argument : file;
    String text = source == null ? given.getFirst() : TextFile.read(source, environment.in());
    if (raw) {
      return Prompt.raw(text);
    }
    List<Message> messages = conversation.opening();
    messages.add(Message.user(text));
    return Prompt.chat(messages);
  }

  private static ObjectNode describe(Generator generator, Completion completion) {
    ObjectNode node = new Json().object();
    node.put("model", generator.info().name());
    node.put("text", completion.text());
    if (!completion.reasoning().isEmpty()) {
      node.put("reasoning_content", completion.reasoning());
    }
    if (!completion.toolCalls().isEmpty()) {
      ArrayNode calls = node.putArray("tool_calls");
      completion
          .toolCalls()
          .forEach(call ->
              calls.addObject().put("name", call.name()).put("arguments", call.arguments()));
    }
    completion.tokens().forEach(node.putArray("ids")::add);
    node.put("finish_reason", completion.finishReason().name().toLowerCase(Locale.ROOT));
    node.putObject("usage")
        .put("prompt_tokens", completion.usage().promptTokens())
        .put("cached_tokens", completion.usage().cachedTokens())
        .put("completion_tokens", completion.usage().completionTokens())
        .put("total_tokens", completion.usage().totalTokens());
    Timings timings = completion.timings();
    node.putObject("timings")
        .put("prefill_ms", milliseconds(timings.prefill()))
        .put("prefill_tokens", timings.prefillTokens())
        .put("prefill_tokens_per_second", timings.prefillTokensPerSecond())
        .put("decode_ms", milliseconds(timings.decode()))
        .put("decode_tokens", timings.decodeTokens())
        .put("decode_tokens_per_second", timings.decodeTokensPerSecond());
    return node;
  }

  private static double milliseconds(Duration time) {
    return time.toNanos() / 1e6;
  }
}
