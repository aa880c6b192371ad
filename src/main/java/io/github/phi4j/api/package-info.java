/**
 * The contracts and values that a program sees: what a {@link io.github.phi4j.api.Generator} does,
 * what it is asked with and what it answers with. Nothing in this package depends on the rest of
 * the library.
 */
package io.github.phi4j.api;
