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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 run}: answers one prompt. */
@Command(
    name = "run",
    description = "Answers one prompt. Standard output has only the answer.",
    footer = {
      "",
      "Sampling is greedy unless --temp is above 0.",
      "Ctrl-C ends the answer; the text so far is printed (exit code 130).",
      "",
      "Examples:",
      "  phi4 run \"What is 27 + 45?\"",
      "  phi4 run -m phi-4-Q4_K_M.gguf --temp 0.7 --top-p 0.95 -n 200 -f question.txt",
      "  phi4 run --raw --json \"Once upon a time\""
    })
final class RunCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "The prompt; - reads standard " + "input.")
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
          "UTF-8 file with the prompt; - is standard input. One trailing newline is ignored.")
  private String file;

  @Option(names = "--raw", description = "Continue the prompt verbatim, without chat format.")
  private boolean raw;

  @Option(
      names = "--prefill",
      paramLabel = "TEXT",
      description =
          "Beginning of the answer, which the model continues. Standard output includes it; with "
              + "--json, \"text\" is only the continuation. A grammar applies to the whole answer.")
  private String prefill = "";

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      description = "Number of parallel answers; each seed is one above the previous. Default: 1.")
  private int samples = 1;

  @Option(names = "--json", description = "Print one JSON object: text, ids, finish_reason, …")
  private boolean json;

  @Option(
      names = "--logprobs",
      paramLabel = "K",
      description =
          "Print each token's log-probability and the K most probable alternatives; needs"
              + " --json.")
  private Integer logProbs;

  @Option(
      names = "--sampling-probs",
      paramLabel = "K",
      description =
          "Print each token's probability after filters and temperature, and the K most probable "
              + "tokens of that distribution; needs --json.")
  private Integer samplingProbs;

  @Mixin private PromptOptions conversation;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;
  @Mixin private AnswerOptions answer;
  @Mixin private ToolOptions tools;
  @Mixin private SamplingOptions sampling;
  @Mixin private PromptCacheOption promptCache;
  @Mixin private SpeculationOptions speculation;

  RunCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    LoadOptions loadOptions = conversation.apply(compute.loadOptions());
    GenerationOptions.Builder chosen = answer.builder(sampling.sampling(), environment);
    tools.apply(chosen, json);
    UsageException.check(() -> chosen.logProbs(inJson("--logprobs", logProbs)));
    UsageException.check(() -> chosen.samplingProbs(inJson("--sampling-probs", samplingProbs)));
    GenerationOptions plain = UsageException.check(chosen::build);
    Prompt prompt = prompt();
    if (samples < 1) {
      throw new UsageException("-np must be at least 1, not " + samples);
    }
    sampling.remark().ifPresent(environment::note);
    try (Generator generator = environment.models().load(model.file(environment), loadOptions);
        Draft draft = speculation.open(environment, compute);
        Session session = promptCache.open(generator);
        Interrupt interrupt = new Interrupt(session::cancel)) {
      GenerationOptions options = plain.toBuilder().speculation(draft.speculation()).build();
      List<Completion> completions =
          samples > 1
              ? session.generate(prompt, options, samples)
              : List.of(
                  json
                      ? session.generate(prompt, options, text -> !interrupt.requested())
                      : stream(session, prompt, options, interrupt));
      if (json) {
        completions.forEach(
            each -> environment.out().println(new Json().line(describe(generator, each))));
      } else if (samples > 1) {
        print(completions);
      }
      completions.getLast().unenforced().forEach(each -> environment.note("not enforced: " + each));
      promptCache.save(session);
      environment.out().flush();
      return completions.getLast().finishReason() == FinishReason.CANCELLED
          ? Interrupt.EXIT_CODE
          : 0;
    }
  }

  /** Prints samples like llama-batched. */
  private void print(List<Completion> completions) {
    for (int i = 0; i < completions.size(); i++) {
      environment
          .out()
          .printf(
              "sequence %d:\n\n%s\n\n", i, (prefill + completions.get(i).text()).stripTrailing());
    }
  }

  private OptionalInt inJson(String option, Integer count) {
    if (count == null) {
      return OptionalInt.empty();
    }
    if (!json) {
      throw new UsageException(option + " needs --json");
    }
    return OptionalInt.of(count);
  }

  private Completion stream(
      Session session, Prompt prompt, GenerationOptions options, Interrupt interrupt) {
    AnswerSink sink = new AnswerSink(environment.out(), interrupt::requested);
    sink.accept(prefill);
    Completion completion = session.generate(prompt, options, sink);
    sink.finish();
    return completion;
  }

  private Prompt prompt() throws IOException {
    List<String> given = Stream.of(argument, option, file).filter(Objects::nonNull).toList();
    if (given.size() != 1) {
      throw new UsageException(
          given.isEmpty()
              ? "no prompt: give it as an argument, with -p, or with -f FILE"
              : "more than one prompt: give only one of PROMPT, -p and -f");
    }
    if (raw && conversation.hasSystem()) {
      throw new UsageException("--raw uses no chat format and cannot be combined with --system");
    }
    if (raw && !prefill.isEmpty()) {
      throw new UsageException(
          "--raw continues the prompt itself and cannot be combined with " + "--prefill");
    }
    String source = "-".equals(argument) ? argument : file;
    String text = source == null ? given.getFirst() : TextFile.read(source, environment.in());
    if (raw) {
      return Prompt.raw(text);
    }
    if (text.isEmpty()) {
      throw new UsageException(
          (source == null ? "the prompt" : source.equals("-") ? "standard input" : source)
              + " is empty; give a text to answer");
    }
    List<Message> messages = conversation.opening();
    messages.add(Message.user(text));
    if (prefill.isEmpty()) {
      return Prompt.chat(messages);
    }
    messages.add(Message.assistant(prefill));
    return Prompt.continuing(messages);
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
              calls
                  .addObject()
                  .put("id", call.id())
                  .put("name", call.name())
                  .put("arguments", call.arguments()));
    }
    Arrays.stream(completion.tokens()).forEach(node.putArray("ids")::add);
    node.put("finish_reason", completion.finishReason().name().toLowerCase(Locale.ROOT));
    if (!completion.unenforced().isEmpty()) {
      completion.unenforced().forEach(node.putArray("unenforced")::add);
    }
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
        .put("decode_tokens_per_second", timings.decodeTokensPerSecond())
        .put("drafted_tokens", timings.draftedTokens())
        .put("accepted_tokens", timings.acceptedTokens());
    if (!completion.logProbs().isEmpty()) {
      LogProbsJson json = new LogProbsJson(generator.tokenizer());
      completion.logProbs().forEach(token -> json.add(token, node.withArray("logprobs")));
    }
    return node;
  }

  private static double milliseconds(Duration time) {
    return time.toNanos() / 1e6;
  }
}
