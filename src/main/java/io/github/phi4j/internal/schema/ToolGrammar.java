package io.github.phi4j.internal.schema;

import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.JsonSchemaOptions;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.grammar.Automaton;
import io.github.phi4j.internal.grammar.CodePoints;
import io.github.phi4j.internal.grammar.Effort;
import io.github.phi4j.internal.grammar.States;
import io.github.phi4j.internal.text.ToolFormat;
import java.util.List;

/** The grammar of the output of a model with tools. */
final class ToolGrammar {

  private ToolGrammar() {}

  /**
   * Returns the automaton of calls, in {@link ToolFormat#JSON} also of answers without calls if the
   * tool choice allows them. In {@link ToolFormat#NATIVE}, calls follow a token outside the
   * grammar, and answers are unconstrained.
   *
   * @throws GrammarException if a tool's parameters are not a schema of objects, or have a keyword
   *     that no grammar can enforce
   */
  static Automaton of(List<Tool> tools, ToolChoice choice, ToolFormat format, Effort effort) {
    States states = new States(SchemaGrammar::tooLarge);
    int root = states.addRule();
    int start = -1;
    if (choice.mode() != ToolChoice.Mode.NONE) {
      start = calls(tools, choice, format, states, effort);
    }
    boolean answers = format == ToolFormat.JSON && choice.mode() != ToolChoice.Mode.REQUIRED;
    if (answers) {
      int answer = otherThan(format.open(), states);
      start = start < 0 ? answer : states.split(start, answer);
    }
    states.defineRule(root, start, answers);
    return states.build(root);
  }

  private static int calls(
      List<Tool> tools, ToolChoice choice, ToolFormat format, States states, Effort effort) {
    int close = states.text(format.close(), States.END);
    int more = choice.parallel() ? states.reserve() : close;
    int call = -1;
    for (Tool tool : tools) {
      if (choice.name().isEmpty() || choice.name().get().equals(tool.name())) {
        int one = call(tool, more, states, effort);
        call = call < 0 ? one : states.split(one, call);
      }
    }
    if (choice.parallel()) {
      states.define(more, states.text(ToolFormat.SEPARATOR, call), close);
    }
    return states.text(format.open(), call);
  }

  private static int call(Tool tool, int next, States states, Effort effort) {
    int close = states.text(ToolFormat.callClose(), next);
    try {
      SchemaGrammar schema =
          new SchemaGrammar(tool.parameters(), JsonSchemaOptions.defaults(), effort);
      return states.text(ToolFormat.callOpen(tool.name()), schema.objects(states, close));
    } catch (GrammarException e) {
      throw new GrammarException("the parameters of tool " + tool.name() + ": " + e.getMessage());
    }
  }

  /** Adds all texts that do not begin with {@code beginning}. */
  private static int otherThan(String beginning, States states) {
    int anything = states.reserve();
    states.define(anything, states.characters(CodePoints.ALL, anything), States.END);
    int start = -1;
    int[] characters = beginning.codePoints().toArray();
    for (int i = characters.length - 1; i >= 0; i--) {
      CodePoints c = CodePoints.only(characters[i]);
      int other = states.characters(c.negate(), anything);
      int further = start < 0 ? other : states.split(states.characters(c, start), other);
      start = states.split(further, States.END);
    }
    return start;
  }
}
