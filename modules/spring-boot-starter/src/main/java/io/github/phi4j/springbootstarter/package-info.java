/**
 * phi4j in Spring Boot: chat and embedding models, health and metrics, configured by properties.
 */
package io.github.phi4j.springbootstarter;
