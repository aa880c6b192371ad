package io.github.phi4j.eval;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import java.util.List;

/**
 * Questions, how they are put, and what replies are worth. Programs implement their own; {@link
 * TaskDefinition} makes tasks from files. A task must give the same for the same arguments, and its
 * methods are called by several threads.
 */
public interface Task {

  /**
   * The task's name, which names files: letters, digits, {@code - _ . +}.
   *
   * @return the name
   */
  String name();

  /**
   * What changes when prompts or grades change, so that results of different ones are not mixed.
   *
   * @return the version, "1" unless overridden
   */
  default String version() {
    return "1";
  }

  /**
   * What the mean of {@link Grade#score()} is called.
   *
   * @return a name, "acc" unless overridden
   */
  default String metric() {
    return "acc";
  }

  /**
   * The questions.
   *
   * @return the items, in the order of the data
   */
  List<Item> items();

  /**
   * What the model is to continue for a question.
   *
   * @param item the question
   * @return the prompt
   */
  Prompt prompt(Item item);

  /**
   * How it is continued. The evaluation sets sampling and seed.
   *
   * @param item the question
   * @return the options, at most 1,024 tokens unless overridden
   */
  default GenerationOptions options(Item item) {
    return GenerationOptions.builder().maxTokens(1024).build();
  }

  /**
   * The alternatives to compare by how probable they are, where nothing is to be generated.
   *
   * @param item the question
   * @return the alternatives; none, unless overridden, to generate a reply
   */
  default List<Alternative> alternatives(Item item) {
    return List.of();
  }

  /**
   * The letters among which the answer to a question of multiple choice is, as a reply writes them.
   *
   * @param item the question
   * @return the letters; none unless overridden
   */
  default List<String> letters(Item item) {
    return List.of();
  }

  /**
   * Whether nothing that may follow can change the grade, so that the reply may end here.
   *
   * @param item the question
   * @param text the reply so far
   * @return whether it may end; false unless overridden
   */
  default boolean settled(Item item, String text) {
    return false;
  }

  /**
   * Grades a reply.
   *
   * @param item the question
   * @param reply what the model gave
   * @return the grade
   */
  Grade grade(Item item, Reply reply);

  /**
   * Whether the data's authors ask that questions are not shown, so that reports hide them.
   *
   * @return whether texts are hidden; false unless overridden
   */
  default boolean secret() {
    return false;
  }

  /**
   * A text whose probability after another is compared with that of others.
   *
   * @param context what comes before
   * @param text the text
   */
  record Alternative(Prompt context, String text) {}
}
