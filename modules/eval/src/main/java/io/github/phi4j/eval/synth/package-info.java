/** Recipes that generate training data from seeds. */
package io.github.phi4j.eval.synth;
