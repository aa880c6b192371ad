/** The engine: lifecycle of a loaded model, its files, threads and contexts. */
package io.github.phi4j.internal.engine;
