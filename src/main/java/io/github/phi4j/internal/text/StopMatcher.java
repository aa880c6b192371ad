package io.github.phi4j.internal.text;

import java.util.List;

/**
 * Searches streamed text for stop strings. Holds back exactly the text that may still become a stop
 * string; no part of a match is released. The first match to complete wins, and the longest of
 * those that end at the same position. The result does not depend on the chunking of the text.
 *
 * <p>Each string has a Knuth-Morris-Pratt automaton (1977), so that the time is linear in the text.
 * Not thread-safe.
 */
public final class StopMatcher {

  private final String[] stops;
  private final int[][] borders; // of each prefix: the longest proper prefix that is its suffix
  private final int[] matched; // chars of each stop string that the text ends with
  private final StringBuilder held = new StringBuilder();
  private String found;

  /**
   * Creates a matcher.
   *
   * @param stops the stop strings, none empty; possibly none
   * @throws IllegalArgumentException if a string is empty
   */
  public StopMatcher(List<String> stops) {
    this.stops = stops.toArray(String[]::new);
    this.borders = new int[this.stops.length][];
    this.matched = new int[this.stops.length];
    for (int i = 0; i < borders.length; i++) {
      if (this.stops[i].isEmpty()) {
        throw new IllegalArgumentException("a stop string must not be empty");
      }
      borders[i] = borders(this.stops[i]);
    }
  }

  private static int[] borders(String stop) {
    int[] borders = new int[stop.length() + 1];
    for (int end = 1, border = 0; end < stop.length(); end++) {
      border = advance(stop, borders, border, stop.charAt(end));
      borders[end + 1] = border;
    }
    return borders;
  }

  private static int advance(String stop, int[] borders, int matched, char next) {
    int length = matched;
    while (length > 0 && stop.charAt(length) != next) {
      length = borders[length];
    }
    return stop.charAt(length) == next ? length + 1 : 0;
  }

  /**
   * Appends a chunk and returns the text that can be released. After a match all further text is
   * dropped.
   */
  public String append(String text) {
    if (found != null) {
      return "";
    }
    for (int at = 0; at < text.length(); at++) {
      int longest = -1;
      for (int i = 0; i < stops.length; i++) {
        matched[i] = advance(stops[i], borders[i], matched[i], text.charAt(at));
        if (matched[i] == stops[i].length()
            && (longest < 0 || stops[i].length() > stops[longest].length())) {
          longest = i;
        }
      }
      if (longest >= 0) {
        found = stops[longest];
        held.append(text, 0, at + 1);
        String released = held.substring(0, held.length() - found.length());
        held.setLength(0);
        return released;
      }
    }
    held.append(text);
    int keep = 0;
    for (int length : matched) {
      keep = Math.max(keep, length);
    }
    String released = held.substring(0, held.length() - keep);
    held.delete(0, held.length() - keep);
    return released;
  }

  /** Whether a stop string was found. */
  public boolean isMatched() {
    return found != null;
  }

  /** Ends the text without a match and returns the text held back. */
  public String flush() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }
}
