/**
 * Answers as Java values. This package alone needs Jackson ({@code
 * com.fasterxml.jackson.core:jackson-databind}), which phi4j does not bring along.
 */
@NullMarked
package io.github.phi4j.json;

import org.jspecify.annotations.NullMarked;
