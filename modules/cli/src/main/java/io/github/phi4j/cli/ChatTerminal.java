package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jline.keymap.KeyMap;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/** Messages typed on a terminal, with line editing and the history of this chat. */
final class ChatTerminal implements ChatInput, AutoCloseable {

  private final Terminal terminal;
  private final LineReader reader;

  ChatTerminal(Terminal terminal) {
    this.terminal = terminal;
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(ChatTerminal::parse)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.BRACKETED_PASTE, true)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, ". ")
            .build();
    reader.getWidgets().put("new-line", this::newLine);
    for (String name : List.of(LineReader.MAIN, LineReader.EMACS)) {
      reader.getKeyMaps().get(name).bind(new Reference("new-line"), KeyMap.alt('\r'));
    }
  }

  /** Opens the process's terminal, controlled through stty: no native code is loaded. */
  static ChatTerminal open() throws IOException {
    return new ChatTerminal(
        TerminalBuilder.builder()
            .system(true)
            .jni(false)
            .ffm(false)
            .exec(true)
            .dumb(true)
            .graphemeCluster(false) // avoids querying the terminal
            .encoding(UTF_8)
            .build());
  }

  private boolean newLine() {
    reader.getBuffer().write('\n');
    return true;
  }

  /** Only a trailing backslash is special in a message: it continues it on the next line. */
  private static ParsedLine parse(String line, int cursor, Parser.ParseContext context) {
    if (context == Parser.ParseContext.ACCEPT_LINE && line.endsWith("\\")) {
      throw new EOFError(-1, cursor, "one more line");
    }
    return new WholeLine(line, cursor);
  }

  /** A line as a single word. */
  private record WholeLine(String line, int cursor) implements CompletingParsedLine {
    @Override
    public String word() {
      return line;
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(line);
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return cursor;
    }

    @Override
    public int rawWordLength() {
      return line.length();
    }
  }

  @Override
  public Optional<String> next() {
    try {
      return Optional.of(reader.readLine("> ").replace("\\\n", "\n"));
    } catch (UserInterruptException e) {
      return Optional.of("");
    } catch (EndOfFileException e) {
      return Optional.empty();
    }
  }

  /** Returns the terminal's output. */
  Output output() {
    return new Output(terminal.output());
  }

  /** Runs an action at Ctrl-C until the result is closed. */
  InterruptKey onInterrupt(Runnable action) {
    Terminal.SignalHandler before = terminal.handle(Signal.INT, _ -> action.run());
    return () -> terminal.handle(Signal.INT, before);
  }

  /** The scope of a Ctrl-C action. */
  interface InterruptKey extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
