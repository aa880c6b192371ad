package io.github.phi4j.cli;

import io.github.phi4j.api.TextSink;
import java.util.function.BooleanSupplier;

/** Writes an answer as it is generated, followed by exactly one newline. */
final class AnswerSink implements TextSink {

  private final Output out;
  private final BooleanSupplier stop;
  private final boolean showsThoughts;
  private final StringBuilder newlines = new StringBuilder();
  private boolean thinking;

  AnswerSink(Output out, BooleanSupplier stop) {
    this(out, stop, false);
  }

  private AnswerSink(Output out, BooleanSupplier stop, boolean showsThoughts) {
    this.out = out;
    this.stop = stop;
    this.showsThoughts = showsThoughts;
  }

  /** Returns a sink that also shows thoughts, between marker lines. */
  static AnswerSink withThoughts(Output out, BooleanSupplier stop) {
    return new AnswerSink(out, stop, true);
  }

  @Override
  public boolean acceptReasoning(String thought) {
    if (showsThoughts) {
      out.print(thinking ? "" : "[Thinking]");
      thinking = true;
      return write(thought);
    }
    return !stop.getAsBoolean();
  }

  @Override
  public boolean accept(String text) {
    if (thinking) {
      thinking = false;
      newlines.setLength(0);
      out.print("\n[Answer]\n");
    }
    return write(text);
  }

  private boolean write(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    if (end > 0) {
      out.print(newlines);
      newlines.setLength(0);
      out.print(text.substring(0, end));
      out.flush();
    }
    newlines.append(text, end, text.length());
    return !stop.getAsBoolean();
  }

  /** Ends the answer. */
  void finish() {
    out.print("\n");
    out.flush();
  }
}
