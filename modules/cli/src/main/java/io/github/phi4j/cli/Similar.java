package io.github.phi4j.cli;

import java.util.Collection;
import java.util.List;

/** Finds the names that a mistyped one may stand for. */
final class Similar {

  private Similar() {}

  /**
   * Returns a question such as {@code ; did you mean --temp?} with the names that differ least, or
   * nothing if all differ by more than a third of the name.
   */
  static String question(String typed, Collection<String> names) {
    int least = names.stream().mapToInt(name -> edits(typed, name)).min().orElse(Integer.MAX_VALUE);
    if (least > typed.length() / 3) {
      return "";
    }
    List<String> close = names.stream().filter(name -> edits(typed, name) == least).toList();
    return "; did you mean " + String.join(" or ", close) + "?";
  }

  /** The number of characters to insert, delete, replace or swap with their neighbour. */
  private static int edits(String from, String to) {
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[from.length()][to.length()];
  }
}
