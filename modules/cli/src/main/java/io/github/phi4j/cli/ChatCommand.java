package io.github.phi4j.cli;

import io.github.phi4j.api.Completion;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Session;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code phi4 chat}: a conversation on a terminal or from a pipe. */
@Command(
    name = "chat",
    description = "Holds a conversation with a model.",
    footer = {
      "",
      "Each line is a message; a trailing backslash or Alt-Enter continues it on the next line.",
      "Ctrl-C stops the answer, Ctrl-D exits. /help lists the commands.",
      "From a pipe, each line of standard input is a message, and only the answers are printed.",
      "Sampling is greedy unless --temp is above 0."
    })
final class ChatCommand implements Callable<Integer> {

  private static final String HELP =
      """
      /clear  begins a new conversation
      /exit   leaves, as Ctrl-D does
      /help   shows this
      /think  shows or hides the thoughts of a reasoning model
      A backslash at the end of a line, or Alt-Enter, continues on the next line.
      Ctrl-C stops an answer.
      """;

  private final Environment environment;
  private boolean thoughtsShown;

  @Mixin private PromptOptions prompt;
  @Mixin private ModelOption model;
  @Mixin private ComputeOptions compute;
  @Mixin private AnswerOptions answer;
  @Mixin private SamplingOptions sampling;
  @Mixin private PromptCacheOption promptCache;
  @Mixin private SpeculationOptions speculation;

  ChatCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    LoadOptions loadOptions = prompt.apply(compute.loadOptions());
    GenerationOptions plain =
        UsageException.check(answer.builder(sampling.sampling(), environment)::build);
    sampling.remark().ifPresent(environment::note);
    try (Generator generator = environment.models().load(model.file(environment), loadOptions);
        Draft draft = speculation.open(environment, compute);
        Session session = promptCache.open(generator)) {
      GenerationOptions options = plain.toBuilder().speculation(draft.speculation()).build();
      Conversation conversation = new Conversation(session, options, prompt.opening());
      thoughtsShown = environment.interactive();
      if (!environment.interactive()) {
        int exitCode = talkByPipe(conversation);
        promptCache.save(session);
        return exitCode;
      }
      try (ChatTerminal terminal = ChatTerminal.open()) {
        terminal.output().printf("%s, /help for help\n", generator.info().name());
        talk(conversation, terminal);
      }
      promptCache.save(session);
      return 0;
    }
  }

  private int talkByPipe(Conversation conversation) throws IOException {
    try (Interrupt interrupt = new Interrupt(conversation::cancel)) {
      ChatInput input = new PipedInput(environment.in());
      for (Optional<String> line = input.next();
          line.isPresent() && !interrupt.requested();
          line = input.next()) {
        String message = line.get();
        if (isCommand(message)) {
          if (!obey(message, conversation, environment.out())) {
            break;
          }
        } else if (!message.isBlank()) {
          answer(conversation, message, environment.out(), interrupt::requested);
        }
      }
      return interrupt.requested() ? Interrupt.EXIT_CODE : 0;
    }
  }

  /** Runs an interactive chat: an error ends the answer, not the chat. */
  void talk(Conversation conversation, ChatTerminal terminal) {
    for (Optional<String> line = terminal.next(); line.isPresent(); line = terminal.next()) {
      String message = line.get();
      if (isCommand(message)) {
        if (!obey(message, conversation, terminal.output())) {
          return;
        }
      } else if (!message.isBlank()) {
        AtomicBoolean stopped = new AtomicBoolean();
        Runnable onInterrupt =
            () -> {
              stopped.set(true);
              conversation.cancel();
            };
        try (ChatTerminal.InterruptKey _ = terminal.onInterrupt(onInterrupt);
            Interrupt _ = new Interrupt(onInterrupt)) { // for terminals without an interrupt key
          answer(conversation, message, terminal.output(), stopped::get);
        } catch (ModelException e) {
          throw e; // the next answer would fail too
        } catch (Phi4Exception | IllegalArgumentException | IllegalStateException e) {
          environment.note(e.getMessage());
        }
      }
    }
  }

  private void answer(
      Conversation conversation, String message, Output out, BooleanSupplier stopped) {
    AnswerSink sink =
        thoughtsShown ? AnswerSink.withThoughts(out, stopped) : new AnswerSink(out, stopped);
    Completion completion = conversation.answer(message, sink);
    sink.finish();
    if (completion.finishReason() == FinishReason.CONTEXT_FULL) {
      environment.note("the context is full: /clear starts a new conversation, -c sets its length");
    }
  }

  private static boolean isCommand(String message) {
    return message.strip().matches("/[a-z]+");
  }

  /** Executes a command; returns false if it ends the chat. */
  private boolean obey(String command, Conversation conversation, Output out) {
    switch (command.strip()) {
      case "/exit" -> {
        return false;
      }
      case "/clear" -> conversation.clear();
      case "/think" -> thoughtsShown = !thoughtsShown;
      case "/help" -> out.print(HELP);
      default -> environment.note("unknown command " + command.strip() + "; see /help");
    }
    out.flush();
    return true;
  }
}
