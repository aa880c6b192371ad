/**
 * Fetches models of the Phi-4 family from Hugging Face, or a hub like it, into the cache that other
 * tools use too.
 *
 * <pre>{@code
 * Path file = ModelHub.create().pull(ModelReference.parse("phi-4-mini:Q4_K_M")).file();
 * }</pre>
 */
package io.github.phi4j.hub;
