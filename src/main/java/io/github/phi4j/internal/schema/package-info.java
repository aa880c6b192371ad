/** Translates JSON Schemas and tools to automata. */
package io.github.phi4j.internal.schema;
