package io.github.phi4j.eval;

import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completer;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model as a judge. It generates nothing: its verdict is the distribution over the possible
 * verdicts, so it always has one, and the same for the same question. Thread-safe if the completer
 * is.
 */
public final class Judge {

  private final Completer model;
  private final String name;
  private final boolean expectation;

  /**
   * Creates a judge.
   *
   * @param model the model
   * @param name its name, for the results
   * @param expectation whether grades are expected values over the verdicts' probabilities;
   *     otherwise only the most probable verdict counts
   */
  public Judge(Completer model, String name, boolean expectation) {
    this.model = model;
    this.name = name;
    this.expectation = expectation;
  }

  /**
   * Returns the model's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the probability of each verdict.
   *
   * @param question the question to the judge, with the verdicts
   * @param verdicts the verdicts, as short texts
   * @return their probabilities, which sum to 1; 1 and 0 without expectation
   */
  public Map<String, Double> verdicts(String question, List<String> verdicts) {
    List<Choice> choices = model.choose(Prompt.chat(Message.user(question)), verdicts);
    String best =
        choices.stream().max(Comparator.comparingDouble(Choice::probability)).orElseThrow().text();
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (Choice choice : choices) {
      probabilities.put(
          choice.text(), expectation ? choice.probability() : choice.text().equals(best) ? 1 : 0);
    }
    return probabilities;
  }

  /**
   * Returns the probability of a yes.
   *
   * @param question a yes-or-no question
   * @return from 0 to 1
   */
  public double yes(String question) {
    return verdicts(question, List.of("Yes", "No")).get("Yes");
  }

  /**
   * Returns a grade on a scale.
   *
   * @param question a question that asks for a grade
   * @param low the lowest grade, from 0
   * @param high the highest, at most 9
   * @return the expected grade
   */
  public double grade(String question, int low, int high) {
    List<String> grades = IntStream.rangeClosed(low, high).mapToObj(String::valueOf).toList();
    return verdicts(question, grades).entrySet().stream()
        .mapToDouble(entry -> Integer.parseInt(entry.getKey()) * entry.getValue())
        .sum();
  }
}
