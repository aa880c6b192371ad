package io.github.phi4j.internal.text;

import java.util.function.Consumer;

/**
 * Splits the streamed text of a reasoning model into thoughts and answer. Thoughts are between the
 * tags at the very beginning. Text without the opening tag is held back: it is thoughts if a
 * closing tag follows, and else, at the end of the text, the answer. White space before the opening
 * tag and after the closing one belongs to neither. The result does not depend on the chunking of
 * the text. Not thread-safe.
 */
public final class ThoughtSplitter {

  /** Opens the thoughts. */
  public static final String OPEN = "<think>";

  /** Closes the thoughts. */
  public static final String CLOSE = "</think>";

  private enum State {
    BEGINNING,
    UNDECIDED,
    THINKING,
    BETWEEN,
    ANSWERING
  }

  private final Consumer<String> thoughts;
  private final Consumer<String> answer;
  private final StringBuilder held = new StringBuilder(); // a possible tag, or undecided text
  private State state = State.BEGINNING;
  private int known; // the number of first held chars that are not part of the output

  /**
   * Creates a splitter.
   *
   * @param thoughts receives each piece of thought, never empty
   * @param answer receives each piece of the answer, never empty
   */
  public ThoughtSplitter(Consumer<String> thoughts, Consumer<String> answer) {
    this.thoughts = thoughts;
    this.answer = answer;
  }

  /** Whether the text is between the tags. */
  public boolean thinking() {
    return state == State.THINKING;
  }

  /** Whether the text so far, which is held back, may be thoughts or answer. */
  public boolean undecided() {
    return state == State.BEGINNING || state == State.UNDECIDED;
  }

  /** Whether the text that follows is answer. */
  public boolean answering() {
    return state == State.BETWEEN || state == State.ANSWERING;
  }

  /**
   * Takes a beginning that is not part of the output, including text that is held back.
   *
   * @param answering whether it ends inside the answer
   */
  public void begin(String text, boolean answering) {
    append(text);
    if (answering) {
      answer();
    }
    known = thinking() ? held.length() : 0;
  }

  /** Appends a chunk of the text. */
  public void append(String text) {
    switch (state) {
      case BEGINNING -> begin(text);
      case UNDECIDED -> decide(text);
      case THINKING -> think(text);
      case BETWEEN -> {
        String rest = text.stripLeading();
        if (!rest.isEmpty()) {
          state = State.ANSWERING;
          give(answer, rest);
        }
      }
      case ANSWERING -> give(answer, text);
    }
  }

  private void begin(String text) {
    String begun = held.append(text).toString().stripLeading();
    if (begun.startsWith(OPEN)) {
      state = State.THINKING;
      held.setLength(0);
      think(begun.substring(OPEN.length()));
    } else if (!OPEN.startsWith(begun)) {
      state = State.UNDECIDED;
      String first = held.toString();
      held.setLength(0);
      decide(first);
    }
  }

  /** Searches for the tag that decides the kind of text. */
  private void decide(String text) {
    int from = Math.max(0, held.length() - CLOSE.length() + 1);
    held.append(text);
    int closed = held.indexOf(CLOSE, from);
    int opened = held.indexOf(OPEN, from);
    if (opened >= 0 && (closed < 0 || opened < closed)) {
      answer();
    } else if (closed >= 0) {
      state = State.BETWEEN;
      give(thoughts, held.substring(0, closed));
      append(held.substring(closed + CLOSE.length()));
    }
  }

  /** Decides that undecided text is answer. */
  public void answer() {
    if (undecided()) {
      state = State.ANSWERING;
      give(answer, held.toString());
      held.setLength(0);
    }
  }

  private void think(String text) {
    held.append(text);
    int closed = held.indexOf(CLOSE);
    int end = closed >= 0 ? closed : held.length() - begunTag();
    give(thoughts, held.substring(0, end));
    if (closed >= 0) {
      known = 0; // the tag consumed the rest
      state = State.BETWEEN;
      append(held.substring(closed + CLOSE.length()));
    } else {
      held.delete(0, end);
    }
  }

  /** The number of chars at the end that may begin the closing tag. */
  private int begunTag() {
    int length = Math.min(held.length(), CLOSE.length() - 1);
    while (!CLOSE.startsWith(held.substring(held.length() - length))) {
      length--;
    }
    return length;
  }

  /** Ends the text: a held beginning of a tag is plain text. */
  public void flush() {
    answer();
    if (state == State.THINKING) {
      give(thoughts, held.toString());
      held.setLength(0);
    }
  }

  private void give(Consumer<String> taker, String text) {
    int from = Math.min(known, text.length());
    known -= from;
    if (from < text.length()) {
      taker.accept(text.substring(from));
    }
  }
}
