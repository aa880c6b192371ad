/** The mathematics: configuration, weights and forward pass of a Phi-4 model. */
package io.github.phi4j.internal.model;
