/** Sampling: a chain of steps from logits to the next token's id. */
package io.github.phi4j.internal.sampling;
