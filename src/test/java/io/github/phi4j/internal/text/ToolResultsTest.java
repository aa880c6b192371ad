package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.phi4j.api.Message;
import io.github.phi4j.api.ToolCall;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Results of tools stand in the order of their calls, whichever way they came. */
final class ToolResultsTest {

  private static final Message HI = Message.user("Hi");
  private static final Message TWO_CALLS =
      Message.assistant(
          "", "", List.of(new ToolCall("a", "add", "{}"), new ToolCall("b", "clock", "{}")));
  private static final Message FIRST = Message.tool("a", "1");
  private static final Message SECOND = Message.tool("b", "2");

  @Test
  void resultsGetTheOrderOfTheCalls() {
    List<Message> inOrder = List.of(HI, TWO_CALLS, FIRST, SECOND, HI);

    assertThat(ToolResults.inOrder(inOrder)).isEqualTo(inOrder);
    assertThat(ToolResults.inOrder(List.of(HI, TWO_CALLS, SECOND, FIRST, HI))).isEqualTo(inOrder);
  }

  @Test
  void anIdMayComeAgainInAnotherTurn() {
    Message again = Message.assistant("", "", List.of(new ToolCall("a", "other", "{}")));
    List<Message> turns = List.of(HI, TWO_CALLS, SECOND, FIRST, again, Message.tool("a", "3"));

    assertThat(ToolResults.inOrder(turns))
        .containsExactly(HI, TWO_CALLS, FIRST, SECOND, again, Message.tool("a", "3"));
  }

  @Test
  void callsMayStandWithoutAnyResult() {
    assertThat(ToolResults.inOrder(List.of(HI, TWO_CALLS, HI))).containsExactly(HI, TWO_CALLS, HI);
  }

  @Test
  void whatDoesNotMatchIsRefused() {
    refused("message 3 is the result of the tool call \"c\"", HI, TWO_CALLS, Message.tool("c", ""));
    refused("it asks for \"a\" (add), \"b\" (clock)", HI, TWO_CALLS, Message.tool("c", ""));
    refused("it asks for no calls", HI, FIRST);
    refused("message 1 is the result", FIRST);
    refused("it asks for no calls", HI, TWO_CALLS, FIRST, SECOND, HI, FIRST);
    refused("message 4 is a second result of the tool call \"a\"", HI, TWO_CALLS, FIRST, FIRST);
    refused("but not \"b\" (clock)", HI, TWO_CALLS, FIRST, HI);
  }

  private static void refused(String message, Message... conversation) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToolResults.inOrder(List.of(conversation)))
        .withMessageContaining(message);
  }

  @Test
  void idsAreWhereTheyBelongAndDiffer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ToolCall(" ", "add", "{}"))
        .withMessageContaining("blank id");
    ToolCall call = new ToolCall("a", "add", "{}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Message.assistant("", "", List.of(call, call)))
        .withMessageContaining("two calls have the id \"a\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Message.tool(" ", ""))
        .withMessageContaining("must name the id of its call");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Message(Message.Role.USER, "", "", "", List.of(), "a"))
        .withMessageContaining("not to role USER");
  }

  @Test
  void aPartThatAMessageDoesNotHaveIsEmpty() {
    assertThat(Message.system("a", "")).isEqualTo(Message.system("a"));
    assertThat(Message.assistant("a", "", List.of())).isEqualTo(Message.assistant("a"));
    Message user = Message.user("a");
    assertThat(List.of(user.tools(), user.reasoning(), user.toolCallId())).containsOnly("");
    assertThat(user.toolCalls()).isEmpty();
  }
}
