/** phi4j's metrics, by Micrometer. */
package io.github.phi4j.micrometer;
