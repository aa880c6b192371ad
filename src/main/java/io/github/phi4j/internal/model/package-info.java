/** The mathematics: what a Phi-4 model is, and its forward pass. */
package io.github.phi4j.internal.model;
