/** phi4j's metrics for Micrometer. */
package io.github.phi4j.micrometer;
