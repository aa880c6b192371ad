package io.github.phi4j.eval.pivotal;

import java.util.List;

/** What a search asks of a model: the ways that an answer may go. */
interface Paths {

  /** An answer, without the token that ended it. */
  record Path(List<Integer> tokens, boolean right, boolean ended) {
    int[] ids() {
      return tokens.stream().mapToInt(id -> id).toArray();
    }
  }

  /** Whether a token ends the answer. */
  boolean isEnd(int token);

  /** A token as text. */
  String text(int token);

  /** What may come after the first 0, 1, … tokens of an answer, the end of it included. */
  List<Distribution> along(int[] tokens);

  /** Goes on from the beginning of an answer several times; the seeds are consecutive. */
  List<Path> rollOut(int[] beginning, int count, long seed);

  /** Whether an answer that ends here is right. */
  boolean isRight(int[] tokens);

  /** The tokens that were generated so far. */
  long generated();
}
