/**
 * The contracts and values that a program sees: {@link io.github.phi4j.api.Generator} and {@link
 * io.github.phi4j.api.Session}, their options, and their results. Nothing in this package depends
 * on the rest of the library.
 *
 * <p><b>Null.</b> No argument and no result is null unless it is marked {@code @Nullable}; a null
 * argument fails at once with a {@link java.lang.NullPointerException} that names it.
 *
 * <p><b>Options</b> are immutable classes with builders. A later release may add options; every new
 * one has a default. What is optional has a second setter that takes an {@code Optional}, of which
 * the empty one clears it; what is plural has a varargs and a collection form, both of which
 * replace what was set before.
 *
 * <p><b>Results</b> are records. A later minor release may add components to a record that phi4j
 * makes ({@code Completion}, {@code Choice}, {@code TokenLogProb}, {@code Usage}, {@code Timings},
 * {@code ModelInfo}, {@code ModelInspection}, {@code PackedFile}, {@code PrefixCacheUsage}, {@code
 * Workload} and the reports of {@code GenerationListener}): read them by their accessors, not by
 * record patterns. Their constructors are for phi4j and for test doubles, and change with them.
 * Records that a program makes, such as {@code Tool}, keep their constructors.
 *
 * <p><b>Arrays</b> are copied on the way in and on the way out.
 */
@NullMarked
package io.github.phi4j.api;

import org.jspecify.annotations.NullMarked;
