package io.github.phi4j.eval.pivotal;

import java.util.List;

/** The model as seen by a search: possible continuations of an answer. */
interface Paths {

  /** An answer, without its stop token. */
  record Path(List<Integer> tokens, boolean right, boolean ended) {
    int[] ids() {
      return tokens.stream().mapToInt(id -> id).toArray();
    }
  }

  /** Returns whether a token ends the answer. */
  boolean isEnd(int token);

  /** Returns a token as text. */
  String text(int token);

  /** Returns the distributions after the first 0, 1, … tokens of an answer, including its end. */
  List<Distribution> along(int[] tokens);

  /** Continues a prefix of an answer several times, with consecutive seeds. */
  List<Path> rollOut(int[] beginning, int count, long seed);

  /** Returns whether an answer that ends here is right. */
  boolean isRight(int[] tokens);

  /** Returns the number of tokens generated so far. */
  long generated();
}
