/** What a flight recording (JFR) says of phi4j: an event for each thing that takes time. */
package io.github.phi4j.internal.event;
