/**
 * phi4j as LangChain4j's chat models, embedding model and estimator of token counts. Each is made
 * by its builder, from a model file that it then owns or from a {@link
 * io.github.phi4j.api.Generator} that stays the program's.
 */
package io.github.phi4j.langchain4j;
