/** The arithmetic on weights and activations; the only user of the Vector API. */
package io.github.phi4j.internal.kernel;
