/**
 * Evaluation of models by repeated sampling: tasks, grades and statistics.
 *
 * <p>Start with {@link io.github.phi4j.eval.TaskDefinition} or your own {@link
 * io.github.phi4j.eval.Task}, and {@link io.github.phi4j.eval.Evaluation}.
 */
package io.github.phi4j.eval;
