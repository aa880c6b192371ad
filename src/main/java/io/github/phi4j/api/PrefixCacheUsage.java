package io.github.phi4j.api;

/**
 * Statistics of a generator's prefix cache.
 *
 * @param bytes bytes of cached keys and values
 * @param hits lookups that found a prefix
 * @param misses lookups that found none
 * @param reusedTokens tokens taken from the cache instead of being computed
 * @since 0.1.0
 */
public record PrefixCacheUsage(long bytes, long hits, long misses, long reusedTokens) {}
