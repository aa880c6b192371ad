/** phi4j as Spring AI's chat model and embedding model. */
package io.github.phi4j.springai;
