/** Logits to the next token's id: one class a step, run in a chain. */
package io.github.phi4j.internal.sampling;
