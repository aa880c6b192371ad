package io.github.phi4j.cli;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** System message and chat format. */
final class PromptOptions {

  @Option(
      names = {"--system", "-sys", "--system-prompt"},
      paramLabel = "TEXT",
      description = "System message before the first user message.")
  private String system;

  @Option(
      names = "--chat-format",
      paramLabel = "FORMAT",
      converter = FormatConverter.class,
      completionCandidates = FormatNames.class,
      description = "Chat format, instead of the file's: ${COMPLETION-CANDIDATES}.")
  private ChatFormat chatFormat;

  boolean hasSystem() {
    return system != null;
  }

  /** Returns the messages before the user's first one. */
  List<Message> opening() {
    List<Message> messages = new ArrayList<>();
    if (system != null) {
      messages.add(Message.system(system));
    }
    return messages;
  }

  LoadOptions apply(LoadOptions.Builder options) {
    if (chatFormat != null) {
      options.chatFormat(chatFormat);
    }
    return options.build();
  }

  /** Returns the command line name of a chat format. */
  static String name(ChatFormat format) {
    return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Stream<String> names() {
    return Stream.of(ChatFormat.values()).map(PromptOptions::name);
  }

  private static final class FormatNames implements Iterable<String> {
    @Override
    public java.util.Iterator<String> iterator() {
      return names().iterator();
    }
  }

  private static final class FormatConverter implements ITypeConverter<ChatFormat> {
    @Override
    public ChatFormat convert(String value) {
      return Stream.of(ChatFormat.values())
          .filter(format -> name(format).equalsIgnoreCase(value.replace('_', '-')))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "'"
                      + value
                      + "' is not a chat format; expected one of "
                      + names().collect(Collectors.joining(", "))));
    }
  }
}
