package io.github.phi4j.api;

/**
 * The load of a generator at one moment.
 *
 * @param calls calls that have begun and not ended
 * @param waiting how many of them wait for the others, being more than {@link
 *     LoadOptions#maxSequences()}
 * @param kvCacheBytes the memory of the keys and values that contexts and the prefix cache hold
 * @since 0.1.0
 */
public record Workload(int calls, int waiting, long kvCacheBytes) {}
