package io.github.phi4j.internal.text;

import java.util.function.Consumer;

/**
 * Splits what a reasoning model writes into thoughts and answer, as it arrives in parts. Thoughts
 * stand between the tags at the very beginning. Text that does not begin with the opening tag is
 * held back: it is thoughts if the closing tag comes without the opening one, and else, once the
 * text ends, answer. White space before the opening tag and after the closing one belongs to
 * neither. The result does not depend on how the text is cut into parts. Not thread-safe.
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
  private final StringBuilder held = new StringBuilder(); // what may become a tag, or be thoughts
  private State state = State.BEGINNING;
  private int known; // how many of the first chars held are not to be given

  /**
   * Splits text.
   *
   * @param thoughts takes each piece of thought, never an empty one
   * @param answer takes each piece of the answer, never an empty one
   */
  public ThoughtSplitter(Consumer<String> thoughts, Consumer<String> answer) {
    this.thoughts = thoughts;
    this.answer = answer;
  }

  /** Whether the text is between the tags. */
  public boolean thinking() {
    return state == State.THINKING;
  }

  /** Whether it is open if the text so far, which is held back, is thoughts or answer. */
  public boolean undecided() {
    return state == State.BEGINNING || state == State.UNDECIDED;
  }

  /** Whether what comes is answer. */
  public boolean answering() {
    return state == State.BETWEEN || state == State.ANSWERING;
  }

  /**
   * Takes the beginning of a text, which is known: what is held of it is not given later.
   *
   * @param answering whether it ends in the answer
   */
  public void begin(String text, boolean answering) {
    append(text);
    if (answering) {
      answer();
    }
    known = thinking() ? held.length() : 0;
  }

  /** Takes the next part of the text. */
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

  /** Looks for the tag that tells what the text is. */
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

  /** Takes a text that is undecided for answer. */
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
      known = 0; // the tag took the rest of it
      state = State.BETWEEN;
      append(held.substring(closed + CLOSE.length()));
    } else {
      held.delete(0, end);
    }
  }

  /** How many chars at the end may become the closing tag. */
  private int begunTag() {
    int length = Math.min(held.length(), CLOSE.length() - 1);
    while (!CLOSE.startsWith(held.substring(held.length() - length))) {
      length--;
    }
    return length;
  }

  /** Ends the text: what might still have become a tag is given as what it is. */
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
