package io.github.phi4j.internal.schema;

import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.text.ToolFormat;
import java.util.List;

/** A language that constrains a generation. */
public sealed interface Language {

  /** The program's own grammar. */
  record Given(Grammar grammar) implements Language {}

  /** Tool calls, and answers if the tool choice allows them. */
  record Calls(List<Tool> tools, ToolChoice choice, ToolFormat format) implements Language {

    /** Creates a language. */
    public Calls {
      tools = List.copyOf(tools);
    }
  }
}
