package io.github.phi4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.Prompt;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 choose}: ranks alternative answers. */
@Command(
    name = "choose",
    description = "Prints the relative probabilities of alternative answers to a prompt.",
    footer = {
      "",
      "Each line has the answer's relative probability, the natural logarithm of its absolute "
          + "probability, and the answer, in the given order. Relative probabilities sum to 1.",
      "",
      "Examples:",
      "  phi4 choose -p \"Is water wet?\" Yes No",
      "  phi4 choose --raw -p \"The sky is\" \" blue\" \" green\""
    })
final class ChooseCommand implements Callable<Integer> {

  private final Environment environment;

  @Parameters(arity = "1..*", paramLabel = "ANSWER", description = "The answers.")
  private List<String> answers;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "PROMPT",
      description = "The prompt.")
  private String prompt;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "UTF-8 file with the prompt; - is standard input. One trailing newline is ignored.")
  private String file;

  @Option(
      names = "--raw",
      description =
          "Continue the prompt verbatim, without chat format. Answers then include their leading "
              + "space.")
  private boolean raw;

  @Option(
      names = "--per-token",
      description = "Compare log-probabilities per token, to normalize by length.")
  private boolean perToken;

  @Option(names = "--json", description = "Print one JSON object: choices with both probabilities.")
  private boolean json;

  @Mixin private PromptOptions conversation;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;

  ChooseCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    LoadOptions loadOptions = conversation.apply(compute.loadOptions());
    Prompt asked = prompt();
    try (Generator generator = environment.models().load(model.file(environment), loadOptions)) {
      List<Choice> choices = generator.choose(asked, answers);
      if (json) {
        environment.out().println(new Json().line(describe(generator, choices)));
      } else {
        for (Choice choice : choices) {
          environment
              .out()
              .printf(
                  "%.6f\t%.6f\t%s\n",
                  perToken ? choice.perTokenProbability() : choice.probability(),
                  choice.logProb(),
                  Printable.of(choice.text()));
        }
      }
    }
    return 0;
  }

  private Prompt prompt() throws IOException {
    if ((prompt == null) == (file == null)) {
      throw new UsageException("give the prompt either with -p or with -f FILE");
    }
    if (raw && conversation.hasSystem()) {
      throw new UsageException("--raw uses no chat format and cannot be combined with --system");
    }
    String text = file == null ? prompt : TextFile.read(file, environment.in());
    if (raw) {
      return Prompt.raw(text);
    }
    List<Message> messages = conversation.opening();
    messages.add(Message.user(text));
    return Prompt.chat(messages);
  }

  private static ObjectNode describe(Generator generator, List<Choice> choices) {
    ObjectNode node = new Json().object();
    node.put("model", generator.info().name());
    ArrayNode array = node.putArray("choices");
    LogProbsJson entries = new LogProbsJson(generator.tokenizer());
    for (Choice choice : choices) {
      ObjectNode entry = array.addObject();
      entry.put("text", choice.text());
      entry.put("probability", choice.probability());
      entry.put("per_token_probability", choice.perTokenProbability());
      entry.put("logprob", choice.logProb());
      ArrayNode tokens = entry.putArray("logprobs");
      choice.tokens().forEach(token -> entries.add(token, tokens));
    }
    return node;
  }
}
