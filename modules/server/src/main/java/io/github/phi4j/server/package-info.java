/**
 * An HTTP server in front of a {@link io.github.phi4j.api.Generator}: OpenAI's API and a chat page.
 */
@NullMarked
package io.github.phi4j.server;

import org.jspecify.annotations.NullMarked;
