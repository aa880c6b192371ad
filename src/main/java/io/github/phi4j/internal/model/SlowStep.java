package io.github.phi4j.internal.model;

import java.time.Duration;

/**
 * A step of the forward pass that is still slow long after its first run.
 *
 * @param step the step
 * @param batch the number of tokens in these passes
 * @param passes the number of measured passes in which it was slow
 * @param duration from the first to the last of them
 * @param bytes the bytes that one thread allocated in the last pass; compiled kernels allocate none
 * @param time its time in the last pass, over all layers
 * @param slowdown how many times as long as the fastest product it took, per byte or
 *     multiplication; 1 if not comparable
 */
public record SlowStep(
    String step,
    String batch,
    int passes,
    Duration duration,
    long bytes,
    Duration time,
    double slowdown) {}
