package io.github.phi4j.eval;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import java.util.List;

/**
 * An evaluation task: questions, prompts and grading. Programs may implement their own; {@link
 * TaskDefinition} creates tasks from files. A task must be deterministic, and its methods are
 * called by several threads.
 */
public interface Task {

  /**
   * Returns the task's name, which is used in file names: letters, digits, {@code - _ . +}.
   *
   * @return the name
   */
  String name();

  /**
   * Returns the version, to be changed with prompts or grading, so that incompatible results are
   * not mixed.
   *
   * @return the version, "1" by default
   */
  default String version() {
    return "1";
  }

  /**
   * Returns the metric name of the mean {@link Grade#score()}.
   *
   * @return a name, "acc" by default
   */
  default String metric() {
    return "acc";
  }

  /**
   * Returns the questions.
   *
   * @return the items, in the order of the data
   */
  List<Item> items();

  /**
   * Returns the prompt for a question.
   *
   * @param item the question
   * @return the prompt
   */
  Prompt prompt(Item item);

  /**
   * Returns the generation options. The evaluation sets sampling and seed.
   *
   * @param item the question
   * @return the options, by default at most 1,024 tokens
   */
  default GenerationOptions options(Item item) {
    return GenerationOptions.builder().maxTokens(1024).build();
  }

  /**
   * Returns alternatives to compare by likelihood instead of generating a reply.
   *
   * @param item the question
   * @return the alternatives; none by default, to generate a reply
   */
  default List<Alternative> alternatives(Item item) {
    return List.of();
  }

  /**
   * Returns the possible letters of a multiple-choice answer, as written in replies.
   *
   * @param item the question
   * @return the letters; none by default
   */
  default List<String> letters(Item item) {
    return List.of();
  }

  /**
   * Returns whether the grade can no longer change, so that the reply may end.
   *
   * @param item the question
   * @param text the reply so far
   * @return whether it may end; false by default
   */
  default boolean settled(Item item, String text) {
    return false;
  }

  /**
   * Grades a reply.
   *
   * @param item the question
   * @param reply the reply
   * @return the grade
   */
  Grade grade(Item item, Reply reply);

  /**
   * Returns whether the data's authors ask not to publish questions, so that reports hide them.
   *
   * @return whether texts are hidden; false by default
   */
  default boolean secret() {
    return false;
  }

  /**
   * An alternative continuation of a context.
   *
   * @param context the context
   * @param text the text
   */
  record Alternative(Prompt context, String text) {}
}
