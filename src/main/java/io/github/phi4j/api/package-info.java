/**
 * The API for programs: {@link io.github.phi4j.api.Generator} and {@link
 * io.github.phi4j.api.Session}, their options and results. This package does not depend on the rest
 * of the library.
 *
 * <p><b>Null.</b> No argument or result is null unless marked {@code @Nullable}; a null argument
 * causes an immediate {@link java.lang.NullPointerException} that names it.
 *
 * <p><b>Options</b> are immutable classes with builders. A later release may add options, always
 * with a default. An optional value has a second setter that takes an {@code Optional}; an empty
 * one clears the value. A list has a varargs and a collection setter; both replace earlier values.
 *
 * <p><b>Results</b> are records. A later minor release may add components to a record that phi4j
 * creates ({@code Completion}, {@code Choice}, {@code Embedding}, {@code TokenLogProb}, {@code
 * Usage}, {@code Timings}, {@code ModelInfo}, {@code ModelInspection}, {@code PackedFile}, {@code
 * PrefixCacheUsage}, {@code Workload} and the reports of {@code GenerationListener}): read them
 * with accessors, not with record patterns. Their constructors, for phi4j and for test doubles,
 * change accordingly. Records that a program creates, such as {@code Tool}, keep their
 * constructors.
 *
 * <p><b>Arrays</b> are copied, both as arguments and as results, except for the logits that {@link
 * io.github.phi4j.api.LogitsSink} receives.
 */
@NullMarked
package io.github.phi4j.api;

import org.jspecify.annotations.NullMarked;
