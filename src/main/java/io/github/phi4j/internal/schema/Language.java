package io.github.phi4j.internal.schema;

import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.Tool;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.text.ToolFormat;
import java.util.List;

/** What a generation may be held to. */
public sealed interface Language {

  /** A grammar that the program gives. */
  record Given(Grammar grammar) implements Language {}

  /** Calls of tools, and answers as far as they are allowed. */
  record Calls(List<Tool> tools, ToolChoice choice, ToolFormat format) implements Language {

    /** Creates a language. */
    public Calls {
      tools = List.copyOf(tools);
    }
  }
}
