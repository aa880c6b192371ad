package io.github.phi4j.internal.schema;

import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.json.Json;
import io.github.phi4j.internal.text.ToolFormat;
import java.util.ArrayList;
import java.util.List;

/** The grammar of what a model may write that has tools. */
public final class ToolGrammar {

  private ToolGrammar() {}

  /**
   * The grammar, in GBNF, of calls; in {@link ToolFormat#JSON} also that of answers without calls,
   * as far as they are allowed. In {@link ToolFormat#NATIVE} calls follow a token that no grammar
   * sees, and answers are free.
   *
   * @throws IllegalArgumentException if a tool's parameters are no schema of objects, or say what
   *     no grammar can promise
   */
  public static String of(List<Tool> tools, ToolChoice choice, ToolFormat format) {
    Gbnf grammar = new Gbnf();
    String root = grammar.reserve("root");
    List<String> bodies = new ArrayList<>();
    if (choice.mode() != ToolChoice.Mode.NONE) {
      bodies.add(calls(tools, choice, format, grammar));
    }
    if (format == ToolFormat.JSON && choice.mode() != ToolChoice.Mode.REQUIRED) {
      bodies.add(otherThan(format.open(), grammar));
    }
    grammar.define(root, String.join(" | ", bodies));
    return grammar.text();
  }

  private static String calls(
      List<Tool> tools, ToolChoice choice, ToolFormat format, Gbnf grammar) {
    List<String> calls = new ArrayList<>();
    for (Tool tool : tools) {
      if (choice.name().isEmpty() || choice.name().get().equals(tool.name())) {
        calls.add(call(tool, grammar));
      }
    }
    String call = grammar.rule("call", String.join(" | ", calls));
    String more =
        choice.parallel() ? " (" + Gbnf.literal(ToolFormat.SEPARATOR) + " " + call + ")*" : "";
    return Gbnf.literal(format.open()) + " " + call + more + " " + Gbnf.literal(format.close());
  }

  private static String call(Tool tool, Gbnf grammar) {
    try {
      SchemaTranslator translator =
          new SchemaTranslator(Json.parse(tool.parameters()), grammar, tool.name());
      return Gbnf.literal(ToolFormat.callOpen(tool.name()))
          + " "
          + translator.objectRule()
          + " "
          + Gbnf.literal(ToolFormat.callClose());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the parameters of tool " + tool.name() + ": " + e.getMessage(), e);
    }
  }

  /** Every text that does not begin so. */
  private static String otherThan(String beginning, Gbnf grammar) {
    String any = grammar.rule("text-char", CodePoints.all().brackets());
    String body = "";
    for (int i = beginning.length() - 1; i >= 0; i--) {
      char c = beginning.charAt(i);
      String other = CodePoints.only(c).not().brackets() + " " + any + "*";
      body =
          "("
              + other
              + (body.isEmpty() ? "" : " | " + Gbnf.literal(Character.toString(c)) + " " + body)
              + ")?";
    }
    return body;
  }
}
