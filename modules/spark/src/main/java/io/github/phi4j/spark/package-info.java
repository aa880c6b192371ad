/** Batch inference over Spark's datasets: texts, choices, scores and embeddings as columns. */
package io.github.phi4j.spark;
