package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ChatCommandTest {

  private final Shell shell = new Shell();

  @Test
  void everyLineOfAPipeIsAnsweredInTheSameConversation() {
    Shell.Result result = shell.input("Hello\n\nAnd you?\n").run("chat", "--system", "Be brief.");

    assertThat(result).isEqualTo(new Shell.Result(0, "forty-two\nforty-two\n", ""));
    assertThat(shell.models.prompts)
        .containsExactly(
            Prompt.chat(Message.system("Be brief."), Message.user("Hello")),
            Prompt.chat(
                Message.system("Be brief."),
                Message.user("Hello"),
                Message.assistant("forty-two"),
                Message.user("And you?")));
    assertThat(shell.models.open).isZero();
  }

  @Test
  void aBackslashAtTheEndOfALineContinuesTheMessage() {
    shell.input("one\\\ntwo\\\n\\n three\nfour\\").run("chat");

    assertThat(shell.models.prompts.get(0))
        .isEqualTo(Prompt.chat(Message.user("one\ntwo\n\\n three")));
    assertThat(shell.models.prompts.get(1))
        .isEqualTo(
            Prompt.chat(
                Message.user("one\ntwo\n\\n three"),
                Message.assistant("forty-two"),
                Message.user("four\n")));
  }

  @Test
  void clearForgetsAllButTheSystemMessage() {
    shell.input("one\n/clear\ntwo\n").run("chat", "--system", "S");

    assertThat(shell.models.prompts.get(1))
        .isEqualTo(Prompt.chat(Message.system("S"), Message.user("two")));
  }

  @Test
  void exitEndsTheChat() {
    Shell.Result result = shell.input("/exit\nHello\n").run("chat");

    assertThat(result).isEqualTo(new Shell.Result(0, "", ""));
    assertThat(shell.models.prompts).isEmpty();
  }

  @Test
  void helpListsTheCommandsAndUnknownOnesAreNamed() {
    Shell.Result result = shell.input("/help\n/dance\n/etc/hosts is a file\n").run("chat");

    assertThat(result.out()).startsWith("/clear").endsWith("forty-two\n");
    assertThat(result.err()).isEqualTo("phi4: unknown command /dance; see /help\n");
    assertThat(shell.models.prompts).hasSize(1);
  }

  @Test
  void anAnswerThatNeverBeganIsForgotten() {
    shell.models.reply = prompt -> shell.models.prompts.size() == 1 ? Stream.of() : Stream.of("ok");
    shell.input("one\ntwo\n").run("chat");

    assertThat(shell.models.prompts.get(1)).isEqualTo(Prompt.chat(Message.user("two")));
  }

  @Test
  void aFullContextIsExplained() {
    shell.models.finishReason = FinishReason.CONTEXT_FULL;
    Shell.Result result = shell.input("one\n").run("chat");

    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).startsWith("phi4: the context is full").contains("/clear");
  }

  @Test
  void inAPipeAFailureEndsTheChat() {
    shell.models.reply =
        prompt -> {
          throw new IllegalArgumentException("the prompt is too long");
        };
    Shell.Result result = shell.input("one\ntwo\n").run("chat");

    assertThat(result).isEqualTo(new Shell.Result(1, "", "phi4: the prompt is too long\n"));
  }

  /** A user at a terminal: takes keys, returns screen output. */
  private final class Person implements AutoCloseable {
    final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final LineDisciplineTerminal terminal;

    Person() throws IOException {
      terminal = new LineDisciplineTerminal("test", "dumb", screen, UTF_8);
      terminal.setSize(Size.of(200, 50));
      Attributes attributes = terminal.getAttributes();
      attributes.setLocalFlag(Attributes.LocalFlag.ISIG, true);
      terminal.setAttributes(attributes);
    }

    void type(String keys) throws IOException {
      terminal.processInputBytes(keys.getBytes(UTF_8));
    }

    void talk() throws IOException {
      Environment environment =
          new Environment(
              InputStream.nullInputStream(),
              new Output(new ByteArrayOutputStream()),
              new PrintStream(err, true, UTF_8),
              true,
              shell.models,
              Optional.empty());
      try (var generator = shell.models.load(FakeModels.FILE, LoadOptions.defaults());
          Session session = generator.newSession();
          ChatTerminal chat = new ChatTerminal(terminal)) {
        new ChatCommand(environment)
            .talk(new Conversation(session, GenerationOptions.defaults(), List.of()), chat);
      }
    }

    @Override
    public void close() throws IOException {
      terminal.close();
    }
  }

  @Test
  void controlDEndsTheChat() throws IOException {
    try (Person person = new Person()) {
      person.type("it's \"quoted\" !1\rtwo\\\rlines\r\u0004");
      person.talk();

      assertThat(shell.models.prompts)
          .containsExactly(
              Prompt.chat(Message.user("it's \"quoted\" !1")),
              Prompt.chat(
                  Message.user("it's \"quoted\" !1"),
                  Message.assistant("forty-two"),
                  Message.user("two\nlines")));
      assertThat(person.screen.toString(UTF_8)).contains("> ").contains("forty-two");
    }
  }

  @Test
  void controlCEndsTheAnswerButNotTheChat() throws IOException {
    try (Person person = new Person()) {
      shell.models.reply =
          prompt -> Stream.of("partial", " never").peek(piece -> interrupt(person, piece));
      person.type("count\r/exit\r");
      person.talk();

      assertThat(person.screen.toString(UTF_8)).contains("partial").doesNotContain("never");
      assertThat(shell.models.open).isZero();
    }
  }

  @Test
  void aFailureIsReportedAndTheChatContinues() throws IOException {
    try (Person person = new Person()) {
      shell.models.reply =
          prompt -> {
            throw new IllegalArgumentException("the prompt is too long");
          };
      person.type("one\rtwo\r/exit\r");
      person.talk();

      assertThat(person.err.toString(UTF_8))
          .isEqualTo("phi4: the prompt is too long\nphi4: the prompt is too long\n");
      assertThat(shell.models.prompts.get(1)).isEqualTo(Prompt.chat(Message.user("two")));
    }
  }

  /** Presses Ctrl-C before the second piece, and waits until it has been handled. */
  private void interrupt(Person person, String piece) {
    if (piece.equals("partial")) {
      return;
    }
    try {
      person.type("\u0003");
      shell.models.cancelled.await();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
