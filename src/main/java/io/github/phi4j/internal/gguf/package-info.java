/** Bytes of a GGUF file to metadata and tensor slices; the only place that maps files. */
package io.github.phi4j.internal.gguf;
