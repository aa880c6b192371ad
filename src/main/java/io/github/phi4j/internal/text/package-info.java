/** Text to token ids and back: vocabulary, byte-pair encoding, chat formats, streamed text. */
package io.github.phi4j.internal.text;
