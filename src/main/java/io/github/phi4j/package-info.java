/** The entry point of the library: {@link io.github.phi4j.Phi4} loads and inspects model files. */
@NullMarked
package io.github.phi4j;

import org.jspecify.annotations.NullMarked;
