/** Finds pivotal tokens, which decide whether an answer will be right. */
package io.github.phi4j.eval.pivotal;
