/**
 * phi4j as LangChain4j's chat models, embedding model and token count estimator. Builders create
 * models either from a model file, which the model then owns, or from a {@link
 * io.github.phi4j.api.Generator}, which the program owns.
 */
package io.github.phi4j.langchain4j;
