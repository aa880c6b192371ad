/** Recipes that make training data from seeds, step by step. */
package io.github.phi4j.eval.synth;
