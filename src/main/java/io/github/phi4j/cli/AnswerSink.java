package io.github.phi4j.cli;

import io.github.phi4j.api.TextSink;
import java.util.function.BooleanSupplier;

/** Writes an answer as it grows, and ends it with exactly one newline. */
final class AnswerSink implements TextSink {

  private final Output out;
  private final BooleanSupplier stop;
  private final StringBuilder newlines = new StringBuilder();

  AnswerSink(Output out, BooleanSupplier stop) {
    this.out = out;
    this.stop = stop;
  }

  @Override
  public boolean accept(String text) {
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
