/**
 * phi4j in Spring Boot: a model, its chat and embedding models, health and metrics, by properties.
 */
package io.github.phi4j.springbootstarter;
