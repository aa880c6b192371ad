/** A fixed, closeable pool of threads with a cheap barrier. */
package io.github.phi4j.internal.concurrent;
