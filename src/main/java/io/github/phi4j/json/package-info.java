/**
 * Answers as Java values. Only this package needs Jackson ({@code
 * com.fasterxml.jackson.core:jackson-databind}), which is an optional dependency.
 */
@NullMarked
package io.github.phi4j.json;

import org.jspecify.annotations.NullMarked;
