package io.github.phi4j.internal.engine;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.internal.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Log-probabilities of given tokens. */
final class Scoring {

  private final Context context;

  Scoring(Context context) {
    this.context = context;
  }

  /** Scores the tokens from an index on; the last token is not computed. */
  List<TokenLogProb> score(int[] tokens, int from) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "the prompt has one token, which nothing precedes; scoring needs at least two");
    }
    if (from < 1 || from >= tokens.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the first token to score has index %d; expected from 1 to %d",
              from,
              tokens.length - 1));
    }
    prefill(Arrays.copyOf(tokens, from - 1));
    List<TokenLogProb> scores = new ArrayList<>(tokens.length - from);
    context.append(
        Arrays.copyOf(tokens, tokens.length - 1),
        from - 1,
        (position, logits) -> scores.add(LogProbabilities.of(logits, tokens[position + 1])));
    return scores;
  }

  /** Sets the context to these tokens. */
  private void prefill(int[] tokens) {
    if (tokens.length == 0) {
      context.rewind(0);
    } else {
      context.prefill(tokens);
    }
  }

  /** Scores alternative continuations of the prompt. */
  List<Choice> choose(int[] prompt, List<String> texts, List<int[]> alternatives) {
    prefill(prompt);
    float[] logits = context.logits();
    double logSum = LogProbabilities.logSum(logits);
    List<List<TokenLogProb>> scores = new ArrayList<>();
    for (int[] alternative : alternatives) {
      List<TokenLogProb> own = new ArrayList<>();
      own.add(new TokenLogProb(alternative[0], logits[alternative[0]] - logSum, List.of()));
      scores.add(own);
    }
    for (int i = 0; i < alternatives.size(); i++) {
      scoreRest(alternatives.get(i), prompt.length, scores.get(i));
    }
    return choices(texts, scores);
  }

  private void scoreRest(int[] alternative, int promptLength, List<TokenLogProb> scores) {
    if (alternative.length == 1) {
      return;
    }
    context.append(
        Arrays.copyOf(alternative, alternative.length - 1),
        0,
        (position, logits) ->
            scores.add(LogProbabilities.of(logits, alternative[position - promptLength + 1])));
    context.rewind(promptLength);
  }

  private static List<Choice> choices(List<String> texts, List<List<TokenLogProb>> scores) {
    double[] totals = new double[texts.size()];
    double[] means = new double[texts.size()];
    for (int i = 0; i < totals.length; i++) {
      totals[i] = scores.get(i).stream().mapToDouble(TokenLogProb::logProb).sum();
      means[i] = totals[i] / scores.get(i).size();
    }
    double[] probabilities = softmax(totals);
    double[] perToken = softmax(means);
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < totals.length; i++) {
      choices.add(new Choice(texts.get(i), probabilities[i], perToken[i], scores.get(i)));
    }
    return choices;
  }

  private static double[] softmax(double[] logarithms) {
    double max = Arrays.stream(logarithms).max().orElseThrow();
    double[] weights = Arrays.stream(logarithms).map(value -> Math.exp(value - max)).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }
}
