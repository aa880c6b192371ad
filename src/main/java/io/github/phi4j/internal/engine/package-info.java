/** The life of a loaded model: who owns the file, the threads and the contexts. */
package io.github.phi4j.internal.engine;
