package io.github.phi4j.cli;

import io.github.phi4j.api.FileException;
import java.io.File;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Takes a command's first argument for the model, as if {@code -m} preceded it: an argument that
 * ends in {@code .gguf}, or any where the command has no arguments of its own. Nothing behind
 * {@code --} is a model.
 */
final class BareModel implements IParameterPreprocessor {

  static final String OPTION = "-m";
  static final String ENDING = ".gguf";

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's signature
  public boolean preprocess(
      Stack<String> arguments, CommandSpec command, ArgSpec none, Map<String, Object> info) {
    int first = first(arguments, command);
    if (first >= 0 && isModel(arguments.get(first), command)) {
      arguments.add(first + 1, OPTION); // the next argument is on top
    }
    return false;
  }

  /** The place of the first argument that is neither an option nor its value; negative if none. */
  private static int first(Stack<String> arguments, CommandSpec command) {
    int at = arguments.size() - 1;
    while (at >= 0) {
      String argument = arguments.get(at);
      OptionSpec option = command.optionsMap().get(argument);
      if (argument.equals("--")) {
        return -1;
      } else if (option != null) {
        at -= 1 + option.arity().min();
      } else if (argument.length() > 1 && argument.startsWith("-")) {
        at--; // with its value attached
      } else {
        return at;
      }
    }
    return -1;
  }

  private static boolean isModel(String argument, CommandSpec command) {
    if (command.positionalParameters().isEmpty()) {
      return command.subcommands().isEmpty();
    }
    if (!argument.toLowerCase(Locale.ROOT).endsWith(ENDING)) {
      return false;
    }
    if (!new File(argument).exists()) {
      FileException fault =
          new FileException(
              Path.of(argument),
              "no such file",
              "a GGUF file; put -- before a text that ends in .gguf",
              null);
      throw new ParameterException(command.commandLine(), fault.getMessage(), fault);
    }
    return true;
  }
}
