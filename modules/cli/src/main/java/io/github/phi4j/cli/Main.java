package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.FileException;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Printable;
import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code phi4}. */
@Command(
    name = "phi4",
    description = "Runs Microsoft's Phi-4 models on this machine's processor.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "The first argument of a command that uses a model may be the model's file, FILE.gguf, as if"
          + " -m preceded it. Put -- before a prompt or text that ends in .gguf.",
      "",
      "'phi4 COMMAND --help' shows its options. Exit codes: 0 done, 1 failed, 2 wrong usage, 130"
          + " stopped by Ctrl-C, 141 the reader of the output went away."
    })
public final class Main implements Runnable {

  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** The exit code after writing to a closed pipe: 128 plus SIGPIPE. */
  private static final int OUTPUT_CLOSED = 141;

  private static final String HOME_PROPERTY = "phi4.home";
  private static final String DEFAULT_MODEL = "models/phi4-tiny-Q8_0.gguf";

  /** The commands, in the order of the help. */
  private static final List<String> COMMANDS =
      List.of(
          "run",
          "chat",
          "serve",
          "pull",
          "inspect",
          "pack",
          "bench",
          "perplexity",
          "score",
          "embed",
          "choose",
          "eval",
          "pivotal",
          "synth",
          "decontaminate",
          "tokenize",
          "grammar",
          "logits");

  private final Environment environment;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log more, and show stack traces of errors.")
  private boolean verbose;

  Main(Environment environment) {
    this.environment = environment;
  }

  /**
   * Runs a command and exits with its code.
   *
   * @param arguments the command and its options
   */
  public static void main(String[] arguments) {
    Environment environment =
        new Environment(
            System.in,
            new Output(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out))),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8),
            isInteractive(),
            Models.files(),
            defaultModel());
    System.exit(new Main(environment).execute(arguments));
  }

  @SuppressWarnings("SystemConsoleNull") // the default console of JDK 25 is null again
  private static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Runs a command and returns its exit code. */
  int execute(String... arguments) {
    try {
      int exitCode = commandLine(needed(arguments)).execute(arguments);
      environment.out().flush();
      return exitCode;
    } catch (Output.ClosedException e) {
      return OUTPUT_CLOSED;
    } catch (UncheckedIOException | OutOfMemoryError e) {
      return failed(e);
    }
  }

  /** The commands that these arguments may run or list: each takes time to describe. */
  private static List<String> needed(String[] arguments) {
    return arguments.length > 0 && COMMANDS.contains(arguments[0])
        ? List.of(arguments[0])
        : COMMANDS;
  }

  private Object command(String name) {
    return switch (name) {
      case "run" -> new RunCommand(environment);
      case "chat" -> new ChatCommand(environment);
      case "serve" -> new ServeCommand(environment);
      case "pull" -> new PullCommand(environment);
      case "inspect" -> new InspectCommand(environment);
      case "pack" -> new PackCommand(environment);
      case "bench" -> new BenchCommand(environment);
      case "perplexity" -> new PerplexityCommand(environment);
      case "score" -> new ScoreCommand(environment);
      case "embed" -> new EmbedCommand(environment);
      case "choose" -> new ChooseCommand(environment);
      case "eval" -> new EvalCommand(environment);
      case "pivotal" -> new PivotalCommand(environment);
      case "synth" -> new SynthCommand(environment);
      case "decontaminate" -> new DecontaminateCommand(environment);
      case "tokenize" -> new TokenizeCommand(environment);
      case "grammar" -> new GrammarCommand(environment);
      case "logits" -> new LogitsCommand(environment);
      default -> throw new IllegalArgumentException("no command " + name);
    };
  }

  Environment environment() {
    return environment;
  }

  /** The command line with all commands. */
  CommandLine commandLine() {
    return commandLine(COMMANDS);
  }

  private CommandLine commandLine(List<String> names) {
    CommandLine commandLine = new CommandLine(this);
    for (String name : names) {
      commandLine.addSubcommand(name, command(name));
    }
    addHelp(commandLine);
    return commandLine
        .setOut(new PrintWriter(new OutputStreamWriter(environment.out().stream(), UTF_8), true))
        .setErr(new PrintWriter(environment.err(), true, UTF_8))
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setPosixClusteredShortOptionsAllowed(false)
        .setParameterExceptionHandler((fault, _) -> wrongUsage(fault))
        .setExecutionStrategy(parsed -> {
          configureLogging();
          return new CommandLine.RunLast().execute(parsed);
        })
        .setExecutionExceptionHandler((fault, command, _) -> failed(fault, command));
  }

  private static void addHelp(CommandLine commandLine) {
    commandLine.getSubcommands().values().forEach(Main::addHelp);
    CommandSpec command = commandLine.getCommandSpec();
    // Method commands have the option already, as their first parameter.
    if (!command.mixinStandardHelpOptions()) {
      command.mixinStandardHelpOptions(true);
    }
    command.versionProvider(new Version());
    command.usageMessage().abbreviateSynopsis(true).sortOptions(false);
    if (command.optionsMap().containsKey(BareModel.OPTION)) {
      command.preprocessor(new BareModel());
      String synopsis = commandLine.getHelp().synopsis(0).strip();
      command
          .usageMessage()
          .customSynopsis(synopsis.replace("[OPTIONS]", "[OPTIONS] [MODEL.gguf]"));
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Sends logs to standard error, by default only warnings. */
  private void configureLogging() {
    String prefix = "org.slf4j.simpleLogger.";
    setIfAbsent(prefix + "defaultLogLevel", verbose ? "debug" : "warn");
    setIfAbsent(prefix + "showThreadName", "false");
    setIfAbsent(prefix + "showLogName", Boolean.toString(verbose));
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private int wrongUsage(ParameterException fault) {
    if (fault.getCause() instanceof FileException missing) {
      return failed(missing); // as where -m names the file
    }
    String message =
        fault instanceof UnmatchedArgumentException unmatched
            ? describe(unmatched)
            : fault.getMessage();
    return wrongUsage(message, fault.getCommandLine());
  }

  /** Names the first argument that was not understood; picocli lists it with all that follow. */
  private static String describe(UnmatchedArgumentException fault) {
    String argument = fault.getUnmatched().getFirst();
    CommandLine command = fault.getCommandLine();
    if (argument.startsWith("-")) {
      String name = argument.replaceFirst("=.*", "");
      return "unknown option "
          + argument
          + Similar.question(name, command.getCommandSpec().optionsMap().keySet());
    } else if (command.getParent() == null) {
      return "unknown command "
          + argument
          + Similar.question(argument, command.getSubcommands().keySet());
    }
    boolean takesText = !command.getCommandSpec().positionalParameters().isEmpty();
    return "unexpected argument "
        + argument
        + (takesText ? "; put a text with blanks in quotes" : "");
  }

  private int wrongUsage(String message, CommandLine command) {
    environment.note(
        oneLine(message) + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
    return USAGE;
  }

  private int failed(Exception fault, CommandLine command) {
    return switch (fault) {
      case Output.ClosedException _ -> OUTPUT_CLOSED;
      case UsageException e -> wrongUsage(e.getMessage(), command);
      case CancellationException _ -> Interrupt.EXIT_CODE;
      default -> failed(fault);
    };
  }

  private int failed(Throwable fault) {
    environment.note(oneLine(describe(fault)));
    if (fault instanceof GrammarException e) {
      e.getMessage()
          .lines()
          .skip(1) // has the position
          .forEach(line -> environment.err().println(Printable.of(line)));
    }
    if (verbose) {
      fault.printStackTrace(environment.err());
    }
    return FAILED;
  }

  private static String describe(Throwable fault) {
    return switch (fault) {
      case GrammarException e -> e.getMessage().lines().findFirst().orElse("");
      case Phi4Exception e -> e.getMessage();
      case IllegalArgumentException e when e.getMessage() != null -> e.getMessage();
      case IllegalStateException e when e.getMessage() != null -> e.getMessage();
      case UncheckedIOException e -> e.getCause().getMessage();
      case IOException e -> Faults.reason(e);
      case OutOfMemoryError e ->
          "out of memory ("
              + e.getMessage()
              + "): a shorter context (-c) needs less, as do -ctk q8_0 -ctv q8_0";
      default -> "internal error: " + fault + "; -v shows the stack trace";
    };
  }

  private static String oneLine(String message) {
    return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /**
   * Returns the tiny model: beside the launcher, beside or above the jar, or in the working
   * directory.
   */
  private static Optional<Path> defaultModel() {
    String home = System.getProperty(HOME_PROPERTY);
    Stream<Path> homes =
        home != null
            ? Stream.of(Path.of(home))
            : Stream.concat(jarDirectories(), Stream.of(Path.of("")));
    return homes
        .map(directory -> directory.resolve(DEFAULT_MODEL))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static Stream<Path> jarDirectories() {
    try {
      URI location = Main.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path directory = Path.of(location).toAbsolutePath().getParent();
      return Stream.iterate(directory, path -> path != null, Path::getParent).limit(2);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Stream.empty();
    }
  }
}
