/** Finds the tokens of an answer that decide whether it becomes right. */
package io.github.phi4j.eval.pivotal;
