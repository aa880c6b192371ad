package io.github.phi4j.api;

/**
 * The current load of a generator.
 *
 * @param calls the number of running and waiting calls
 * @param waiting the number of waiting calls among them, beyond {@link LoadOptions#maxSequences()}
 * @param kvCacheBytes the memory of the KV caches of contexts and the prefix cache
 * @since 0.1.0
 */
public record Workload(int calls, int waiting, long kvCacheBytes) {}
