package io.github.phi4j.internal.engine;

import io.github.phi4j.internal.model.ForwardPass;
import io.github.phi4j.internal.model.PrefixCache;

/**
 * The parts of a generator that its sessions share. The generator owns them and outlives every
 * session.
 *
 * @param files the files that passes read
 * @param lexicon the model's tokens
 * @param forwardPass the forward pass
 * @param scheduler computes the tokens of all sessions
 * @param prefixes the prefix cache
 * @param telemetry notifies listeners
 * @param sessions the open sessions
 * @param timer ends calls at their timeout
 */
record Shared(
    ModelFiles files,
    Lexicon lexicon,
    ForwardPass forwardPass,
    Scheduler scheduler,
    PrefixCache prefixes,
    Telemetry telemetry,
    Sessions sessions,
    Timer timer) {}
