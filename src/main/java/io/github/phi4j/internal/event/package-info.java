/** JDK Flight Recorder events for operations that take time. */
package io.github.phi4j.internal.event;
