/** Tokenization: vocabulary, byte-pair encoding, chat formats, and decoding of streamed text. */
package io.github.phi4j.internal.text;
