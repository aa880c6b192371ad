/**
 * Downloads models of the Phi-4 family from Hugging Face, or a compatible hub, into the cache that
 * other tools share.
 *
 * <pre>{@code
 * Path file = ModelHub.create().pull(ModelReference.parse("phi-4-mini:Q4_K_M")).file();
 * }</pre>
 */
package io.github.phi4j.hub;
