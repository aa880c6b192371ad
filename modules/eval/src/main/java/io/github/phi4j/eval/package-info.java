/**
 * Evaluation of models by repeated sampling: tasks, grades, statistics, and the run of it all.
 *
 * <p>Start with {@link io.github.phi4j.eval.TaskDefinition} or an own {@link
 * io.github.phi4j.eval.Task}, and {@link io.github.phi4j.eval.Evaluation}.
 */
package io.github.phi4j.eval;
