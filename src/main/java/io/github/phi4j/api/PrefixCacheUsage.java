package io.github.phi4j.api;

/**
 * What the prefix cache of a generator holds and has done.
 *
 * @param bytes the memory of the keys and values that it holds
 * @param hits how often a context that had tokens to compute got some of them from it
 * @param misses how often one did not
 * @param reusedTokens tokens that did not have to be computed
 * @since 0.1.0
 */
public record PrefixCacheUsage(long bytes, long hits, long misses, long reusedTokens) {}
